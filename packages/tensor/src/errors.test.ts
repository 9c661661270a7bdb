import { expect, test, vi } from 'vitest';
import { errorFromPlain, errorToPlain, expectShape, ResidualError, showShape } from './errors.js';

test('an error is recognised across two installed copies, and nothing else is', async () => {
  vi.resetModules();
  const copy = await import('./errors.js');
  const error = new copy.ResidualError('shape', 'add: [2] and [3] do not broadcast', { cause: 'why' });
  expect(error).not.toBeInstanceOf(ResidualError);
  expect(error).toBeInstanceOf(Error);
  expect(ResidualError.is(error)).toBe(true);
  expect([error.code, error.name, error.cause]).toEqual(['shape', 'ResidualError', 'why']);
  for (const other of [new Error('add'), { code: 'shape' }, null, undefined, 'shape'])
    expect(ResidualError.is(other)).toBe(false);
});

test('the message of a shape error is built only when it is needed', () => {
  const message = vi.fn(() => `needs ${showShape([2, 3])}`);
  expectShape(true, message);
  expect(message).not.toHaveBeenCalled();
  expect(() => expectShape(false, message)).toThrow('needs [2, 3]');
  expect(showShape([])).toBe('[]');
});

test('an error is the same again behind a port, its cause too', () => {
  const cause = new RangeError('too far');
  const error = new ResidualError('shape', 'add: no', { cause, details: { step: 3, place: 'up' } });
  const again = errorFromPlain(structuredClone(errorToPlain(error))) as ResidualError;
  expect(ResidualError.is(again)).toBe(true);
  expect([again.name, again.message, again.code, again.details, again.stack]).toEqual([
    'ResidualError',
    'add: no',
    'shape',
    { step: 3, place: 'up' },
    error.stack,
  ]);
  expect([(again.cause as Error).name, (again.cause as Error).message]).toEqual(['RangeError', 'too far']);
  const aborted = errorFromPlain(errorToPlain(new DOMException('enough', 'AbortError')));
  expect([aborted.name, aborted.message, ResidualError.is(aborted)]).toEqual(['AbortError', 'enough', false]);
  expect(errorFromPlain(errorToPlain('only words')).message).toBe('only words');
});

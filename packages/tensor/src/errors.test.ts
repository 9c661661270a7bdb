import { expect, test, vi } from 'vitest';
import { expectShape, ResidualError, showShape } from './errors.js';

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

import { expect, test, vi } from 'vitest';
import { ResidualError } from './errors.js';

test('only errors are recognised, also of another installed copy', async () => {
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

test('a message escapes control characters', () => {
  const { message } = new ResidualError('files', 'load: \u001b[2J\u009b31m\u202e holds\n3\t5 née');
  expect(message).toBe('load: \\u001b[2J\\u009b31m\\u202e holds\n3\t5 née');
});

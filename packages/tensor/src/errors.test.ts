import { expect, test, vi } from 'vitest';
import { expectShape, showShape } from './errors.js';

test('the message of a shape error is built only when it is needed', () => {
  const message = vi.fn(() => `needs ${showShape([2, 3])}`);
  expectShape(true, message);
  expect(message).not.toHaveBeenCalled();
  expect(() => expectShape(false, message)).toThrow('needs [2, 3]');
  expect(showShape([])).toBe('[]');
});

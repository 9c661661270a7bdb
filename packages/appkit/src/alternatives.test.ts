import { expect, test } from 'vitest';
import { isUnsure } from './alternatives.js';

test('a word below one half is unsure, a mark is not', () => {
  expect([isUnsure({ text: ' no', probability: 0.4 }), isUnsure({ text: ' no', probability: 0.6 })]).toEqual([
    true,
    false,
  ]);
  expect(isUnsure({ text: ',', probability: 0.1 })).toBe(false);
});

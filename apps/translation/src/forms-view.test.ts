import { expect, test } from 'vitest';
import { sameSentence } from './forms-view.js';

test('a sentence says which forms write what 32 bits write', () => {
  expect(
    sameSentence([
      ['f32', 'a'],
      ['f16', 'a'],
      ['int8', 'a'],
    ]),
  ).toBe('All forms write the same translation.');
  expect(
    sameSentence([
      ['f32', 'a'],
      ['f16', 'a'],
      ['int8', 'a'],
      ['int4', 'b'],
    ]),
  ).toBe('The translation of 32 bits: 16 bits, 8 bits. Another one: 4 bits.');
  expect(
    sameSentence([
      ['f32', 'a'],
      ['int4', 'b'],
    ]),
  ).toBe('Another translation than that of 32 bits: 4 bits.');
});

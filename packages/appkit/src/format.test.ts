import { expect, test } from 'vitest';
import { fixed, grouped, megabytes, percent } from './format.js';

test('numbers are formatted for visitors', () => {
  expect(megabytes(18_849_000)).toBe('18.8');
  expect(percent(0.647)).toBe('65 %');
  expect(grouped(50_000)).toBe('50,000');
  expect([fixed(-0.25, 1), fixed(2, 2)]).toEqual(['−0.3', '2.00']);
});

import { expect, test } from 'vitest';
import { firstFew } from './index.js';

const names = (count: number) => Array.from({ length: count }, (_, i) => `t${i}`);

test('a short list is shown whole, a long one by its first eight names', () => {
  expect(firstFew([])).toBe('');
  expect(firstFew(new Set(['a', 'b']))).toBe('a, b');
  expect(firstFew(names(10))).toBe('t0, t1, t2, t3, t4, t5, t6, t7, t8, t9');
  expect(firstFew(names(11))).toBe('t0, t1, t2, t3, t4, t5, t6, t7 and 3 more');
});

test('long names are cut and control characters escaped', () => {
  expect(firstFew(['x'.repeat(81), '\u001b'])).toBe(`${'x'.repeat(80)}…, \\u001b`);
});

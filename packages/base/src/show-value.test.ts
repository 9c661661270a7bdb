import { expect, test } from 'vitest';
import { showValue } from './show-value.js';

test('a value is abbreviated, however long or deep it is', () => {
  let deep: unknown = 5;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(showValue(deep)).toBe('[[[…]]]');
  expect(showValue({ a: [1, 'x'], b: null, c: undefined })).toBe('{"a":[1,"x"],"b":null}');
  expect(showValue(new Array(100_000).fill(7))).toBe('[7,7,7,7,7,7,7,7,… 100000 in all]');
  expect(showValue('x'.repeat(1000))).toBe(`"${'x'.repeat(80)}…"`);
  expect(showValue('\u001b[31m')).toBe('"\\u001b[31m"');
  expect(showValue(Object.fromEntries(Array.from({ length: 9 }, (_, i) => ['y'.repeat(70) + i, i]))).length).toBe(301);
  expect(showValue(Number.POSITIVE_INFINITY)).toBe('Infinity');
});

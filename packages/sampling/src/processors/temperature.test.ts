import { expect, test } from 'vitest';
import { allowedIds, contextOf } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { temperature } from './temperature.js';

test('logits are divided by the temperature', () => {
  expect([...temperature(0.5)(Float32Array.of(-3, 0, 2, -Infinity), contextOf())]).toEqual([-6, 0, 4, -Infinity]);
  expect([...temperature(2)(Float32Array.of(-3, 0, 2), contextOf())]).toEqual([-1.5, 0, 1]);
});

test('at temperature 0 only the largest logit stays, ties by lowest id', () => {
  expect(allowedIds(temperature(0)(Float32Array.of(1, 3, 2, 3, 3), contextOf()))).toEqual([1]);
  expect(allowedIds(temperature(1e-40)(Float32Array.of(1, 3, 2, 3, 3), contextOf()))).toEqual([1]);
});

test.each([-1, NaN, Infinity, -0.001])('temperature %s is refused', value => {
  expect(thrownMessage(() => temperature(value))).toBe(
    `sampling: temperature is ${value}; it must be 0 (greedy) or more`,
  );
});

test('a string that looks like a temperature is refused', () => {
  expect(thrownMessage(() => temperature('0.7' as unknown as number))).toBe(
    'sampling: temperature is "0.7"; it must be 0 (greedy) or more',
  );
});

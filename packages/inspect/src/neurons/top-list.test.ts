import { uniformValues } from '@residual/tensor';
import { expect, test } from 'vitest';
import { TopList, topIndices } from './top-list.js';

test('the list holds the largest values of a long stream, in order', () => {
  const values = [...uniformValues(1, 'values', 997)];
  const list = new TopList<number>(13);
  for (const [i, value] of values.entries()) list.add(value, i);
  const expected = values.map((value, item) => ({ value, item })).sort((a, b) => b.value - a.value);
  expect(list.sorted()).toEqual(expected.slice(0, 13));
});

test('of equal values the earlier ones stay, and numbers that are none do not enter', () => {
  expect(topIndices([1, 2, 2, 1, 2, 2], 3)).toEqual([1, 2, 4]);
  expect(topIndices([0, 0, 0, 0], 2)).toEqual([0, 1]);
  expect(topIndices([2, 2, 3], 2)).toEqual([2, 0]);
  expect(topIndices([3, Number.NaN, 4], 5)).toEqual([2, 0]);
});

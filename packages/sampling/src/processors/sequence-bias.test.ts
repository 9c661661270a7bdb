import { expect, test } from 'vitest';
import { contextOf } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { sequenceBias } from './sequence-bias.js';

const biased = (bias: Parameters<typeof sequenceBias>[0], tokens: number[]) => [
  ...sequenceBias(bias)(new Float32Array(5), contextOf(tokens)),
];

test('a single token is biased everywhere, given as a number or as a list', () => {
  expect(biased([[3, 1.5]], [])).toEqual([0, 0, 0, 1.5, 0]);
  expect(biased([[[3], -2]], [1, 2])).toEqual([0, 0, 0, -2, 0]);
});

test('the last token of a sequence is biased if the other tokens precede', () => {
  expect(biased([[[1, 2, 4], 7]], [0, 1, 2])).toEqual([0, 0, 0, 0, 7]);
  expect(biased([[[1, 2, 4], 7]], [1, 2, 0])).toEqual([0, 0, 0, 0, 0]);
  expect(biased([[[1, 2, 4], 7]], [2])).toEqual([0, 0, 0, 0, 0]);
});

test('as in the reference, a sequence longer than the tokens so far is ignored', () => {
  expect(biased([[[1, 4], 7]], [1])).toEqual([0, 0, 0, 0, 0]);
  expect(biased([[[1, 4], 7]], [1, 1])).toEqual([0, 0, 0, 0, 7]);
});

test('biases of one token add up', () => {
  expect(
    biased(
      [
        [4, 1],
        [[1, 4], 7],
        [[0, 1, 4], 100],
      ],
      [3, 0, 1],
    ),
  ).toEqual([0, 0, 0, 0, 108]);
});

test('errors name the token, the bias, the vocab', () => {
  expect(thrownMessage(() => biased([[[1, 5], 1]], []))).toBe(
    'sampling: sequenceBias names token 5; the vocab has 5 tokens',
  );
  expect(thrownMessage(() => sequenceBias([[1, NaN]]))).toBe(
    'sampling: sequenceBias is NaN; it must be a number for each sequence',
  );
  expect(thrownMessage(() => sequenceBias([[[1, -2], 3]]))).toBe(
    'sampling: sequenceBias is [1,-2]; it must be a token id (0, 1, 2, ...) or a list of them',
  );
});

import { expect, test } from 'vitest';
import { sampleIndex } from './sample-index.js';

const unnormalized = Float64Array.of(0, 2, 0, 0, 3, 1, 0, 99);

test('a token is drawn for an interval as long as its unnormalized probability', () => {
  const tokens = [0, 1, 1.999, 2, 3, 4.999, 5, 5.999].map(target => sampleIndex(unnormalized, 7, target));
  expect(tokens).toEqual([1, 1, 1, 4, 4, 4, 5, 5]);
});

test('a target of 0 draws no token of probability 0, and no target draws one beyond the vocab', () => {
  expect(sampleIndex(unnormalized, 7, 0)).toBe(1);
  expect(sampleIndex(unnormalized, 7, 6 * (1 - 2 ** -48))).toBe(5);
});

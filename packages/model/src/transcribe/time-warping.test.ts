import { expect, test } from 'vitest';
import { alignmentMatrix, medianFilter, startsOfTokens } from './time-warping.js';

test('the median has reflected ends, as in the reference; a row shorter than half a window stays as it is', () => {
  expect([...medianFilter(Float32Array.of(5, 1, 4, 2, 8, 3, 7), 5)]).toEqual([4, 2, 4, 3, 4, 3, 7]);
  expect([...medianFilter(Float32Array.of(5, 1, 4), 7)]).toEqual([5, 1, 4]);
});

const [tokens, positions] = [5, 13];
const heads = [0, 1].map(head =>
  Float32Array.from({ length: tokens * positions }, (_, at) => {
    const [token, position] = [Math.floor(at / positions), at % positions];
    return (1 + Math.sin(0.9 * token * position + 0.7 * head + position)) / (1 + Math.abs(2.6 * token - position));
  }),
);

test('tokens begin where they do in the reference', () => {
  const matrix = alignmentMatrix({ heads, tokens, positions }, 7);
  const expected = [
    1.4836, 1.4836, 1.4836, 0.6, -0.5095, -0.5095, -0.5433, -0.6373, -0.6373, -0.6373, -0.7067, -0.6889,
  ];
  for (const [i, value] of expected.entries()) expect(matrix[i]).toBeCloseTo(value, 4);
  expect(matrix.at(-1)).toBeCloseTo(1.9019, 4);
  expect(startsOfTokens(matrix, tokens, positions)).toEqual([0, 4, 5, 6, 9]); // Hugging Face transformers 5.24
});

test('one token begins at the start, and more tokens than positions share one', () => {
  expect(startsOfTokens(Float32Array.of(1, 2, 3), 1, 3)).toEqual([0]);
  expect(startsOfTokens(new Float32Array(3), 3, 1)).toEqual([0, 0, 0]);
});

import { strokeTokenizer } from '@residual/vision';
import { expect, test } from 'vitest';
import { lookedAt } from './attention.js';

const strokes = strokeTokenizer({ grid: 5 });
const { bosTokenId, upTokenId, eosTokenId } = strokes;
// two words, the start, two points, a lift, a point, the end
const tokens = [30, 31, bosTokenId, 7, 13, upTokenId, 4, eosTokenId];
const { length } = tokens;
/** Weights of a head: those of the last query but one are its own, all others are 0. */
const headOf = (row: readonly number[]) => {
  const weights = new Float32Array(length * length);
  weights.set(row, (length - 2) * length);
  return weights;
};

test('what attention looks at is a share of words, start, points and lifts', () => {
  const one = headOf([0.1, 0.1, 0.2, 0.05, 0.25, 0.2, 0.1, 0]);
  const other = headOf([0, 0, 0, 1, 0, 0, 0, 0]);
  const drawn = { tokens, promptLength: 3 };
  const found = lookedAt([[one], [other]], drawn, 4, 0, strokes);
  for (const [name, share] of Object.entries({ words: 0.2, start: 0.2, points: 0.4, lifts: 0.2 }))
    expect(found[name as 'words']).toBeCloseTo(share, 6);
  expect(found.marks.map(({ point }) => point)).toEqual([
    [2, 1],
    [3, 2],
    [4, 0],
  ]);
  expect(found.marks.map(({ share }) => Number(share.toFixed(4)))).toEqual([0.2, 1, 0.4]);
  const mean = lookedAt([[one], [other]], drawn, 4, -1, strokes);
  expect(mean.points).toBeCloseTo(0.7, 6);
  expect(lookedAt([[one], [other]], drawn, 4, 1, strokes).marks.map(({ share }) => share)).toEqual([1, 0, 0]);
});

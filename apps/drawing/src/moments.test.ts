import type { DrawStep } from '@residual/model';
import { strokeTokenizer } from '@residual/vision';
import { expect, test } from 'vitest';
import { momentOf, penAt, sharesOf } from './moments.js';

const strokes = strokeTokenizer({ grid: 5 });
const tokens = [7, 13, strokes.upTokenId, 4, strokes.eosTokenId];
const stepOf = (token: number) => {
  const considered = [token, 3].map((each, i) => ({ token: each, logprob: -1 - i, probability: 0.5 - i / 4 }));
  return { token, kind: strokes.kindOf(token), topLogprobs: considered } as unknown as DrawStep;
};
const moments = tokens.map(token => momentOf(stepOf(token), strokes));

test('the pen is where the last point was, on the paper until it is lifted', () => {
  const pens = tokens.map((_, i) => penAt(moments, i + 1, strokes));
  expect(pens.map(({ point }) => point)).toEqual([
    [2, 1],
    [3, 2],
    [3, 2],
    [4, 0],
    [4, 0],
  ]);
  expect(pens.map(({ isDown }) => isDown)).toEqual([true, true, false, true, false]);
  expect(penAt(moments, 0, strokes)).toEqual({ strokes: [], point: undefined, isDown: false });
  expect(penAt(moments, 4, strokes).strokes).toEqual([
    [
      [2, 1],
      [3, 2],
    ],
    [[4, 0]],
  ]);
});

test('what was considered is a place, or the end of a line or of the drawing, and has a share', () => {
  expect(moments[2]!.choices).toEqual([
    { kind: 'up', probability: 0.5 },
    { kind: 'point', point: [3, 0], probability: 0.25 },
  ]);
  expect(sharesOf(moments[2]!.choices)).toEqual({ point: 0.25, up: 0.5, end: 0 });
  expect(sharesOf(moments[4]!.choices)).toEqual({ point: 0.25, up: 0, end: 0.5 });
});

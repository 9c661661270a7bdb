import type { Point } from '@residual/vision';
import { expect, test } from 'vitest';
import { cellsFrom, cellsText } from './cells.js';

test('each cell of the grid comes back from the address', () => {
  const grid = 32;
  const stroke = Array.from({ length: grid }, (_, i): Point => [i, grid - 1 - i]);
  const [back] = cellsFrom(cellsText([stroke], grid), grid);
  expect(back!.map(point => point.map(Math.round))).toEqual(stroke);
  expect(cellsFrom(cellsText([[[-3, 50]]], grid), grid)).toEqual([[[0, 31]]]);
  expect(cellsFrom('no strokes!', grid)).toEqual([]);
});

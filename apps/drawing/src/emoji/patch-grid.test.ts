import { expect, test } from 'vitest';
import { around, nextPatch } from './patch-grid.js';

test('arrow keys move over the patches and stay within them', () => {
  const grid = { rows: 3, columns: 5 };
  const from = (at: number) => (key: string) => nextPatch(key, at, grid);
  expect(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'Enter'].map(from(7))).toEqual([
    6,
    8,
    2,
    12,
    5,
    9,
    undefined,
  ]);
  expect(['ArrowLeft', 'ArrowUp'].map(from(0))).toEqual([0, 0]);
  expect(['ArrowRight', 'ArrowDown'].map(from(14))).toEqual([14, 14]);
});

test('a patch is shown with its neighbours, and at a border with those beside it', () => {
  const grid = { rows: 4, columns: 5 };
  const of = (index: number) => Object.values(around(index, grid, { width: 30, height: 28 }));
  expect(of(7)).toEqual([6, 0, 18, 21]);
  expect(of(0)).toEqual([0, 0, 18, 21]);
  expect(of(19)).toEqual([12, 7, 18, 21]);
  expect(Object.values(around(1, { rows: 2, columns: 2 }, { width: 8, height: 8 }))).toEqual([0, 0, 8, 8]);
});

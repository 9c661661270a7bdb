import { expect, test } from 'vitest';
import { branchRows } from './branch-layout.js';

test('the branches of a text follow it, those that part later first, each with its own branches', () => {
  const branches = [
    { parent: -1, at: 0 },
    { parent: 0, at: 5 },
    { parent: 0, at: 11 },
    { parent: 2, at: 13 },
    { parent: 1, at: 7 },
  ];
  expect(branchRows(branches)).toEqual([0, 3, 1, 2, 4]);
  expect(branchRows([])).toEqual([]);
});

import { expect, test } from 'vitest';
import { parentOf, pathTo, statesOf } from './beam-tree.js';

const beam = (text: string, parent: number) => ({ text, parent, sum: -1, logprob: -1 });
const end = (parent: number) => ({ parent, score: -1, text: '' });
/** Two beams, of which the second is dropped after the first step; after the second step one text ends. */
const columns = [
  { beams: [beam('a', 0), beam('b', 0)], ends: [] },
  { beams: [beam('c', 0), beam('d', 0)], ends: [] },
  { beams: [beam('e', 1), beam('f', 1)], ends: [end(0)] },
];

test('a node is followed back to the first step', () => {
  expect(parentOf(columns, { step: 0, row: 1 })).toBeUndefined();
  expect(parentOf(columns, { step: 2, row: 2 })).toEqual({ step: 1, row: 0 });
  expect(pathTo(columns, { step: 2, row: 1 })).toEqual([
    { step: 0, row: 0 },
    { step: 1, row: 1 },
    { step: 2, row: 1 },
  ]);
});

test('during the search the last beams are open, and ancestors of open beams and ends are kept', () => {
  expect(statesOf(columns, undefined)).toEqual([
    ['kept', 'dropped'],
    ['kept', 'kept'],
    ['open', 'open', 'kept'],
  ]);
});

test('after the search the path of the winner is marked, and beams that did not end are dropped', () => {
  expect(statesOf(columns, { step: 2, row: 2 })).toEqual([
    ['won', 'dropped'],
    ['won', 'dropped'],
    ['dropped', 'dropped', 'won'],
  ]);
});

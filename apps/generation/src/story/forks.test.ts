import { expect, test } from 'vitest';
import { preset } from '../settings.js';
import { branchesWithout, type Fork, forksFrom, forksOf, forksText, maxForks, withFork } from './forks.js';
import { samplingOf } from './sampling.js';

const forks: readonly Fork[] = [
  { parent: 0, at: 17, token: 345 },
  { parent: 1, at: 20, token: 88, sampling: { ...samplingOf(preset), temperature: 1.5 } },
  { parent: 0, at: 11, token: 3 },
];

test('forks are short in the address, and are read back', () => {
  expect(forksText(forks)).toBe('0_17_345*1_20_88_sampled_1.5_0_0.95_7*0_11_3');
  expect(forksFrom(forksText(forks))).toEqual(forks);
  expect(forksFrom('')).toEqual([]);
});

test.each([
  'x',
  '0_17',
  '0_17_3_sampled',
  '0_17_3_wild_1_0_1_7',
  '0_-1_3',
  '0_0_3',
  '1_17_3',
  '0_17_3*1_17_4',
  '0_17_3*',
  ' 0_17_3',
  '0_17_1e400',
  Array(maxForks + 1)
    .fill('0_17_3')
    .join('*'),
])('%j are no forks of a tree', text => expect(forksFrom(text)).toBeUndefined());

test('a fork before the fork of a branch parts from the branch before it', () => {
  expect(withFork(forks, { parent: 2, at: 20, token: 5 })).toEqual({
    forks: [...forks, { parent: 1, at: 20, token: 5 }],
    branch: 4,
  });
  expect(withFork(forks, { parent: 2, at: 12, token: 5 }).forks.at(-1)).toEqual({ parent: 0, at: 12, token: 5 });
  expect(withFork(forks, { parent: 2, at: 21, token: 5 }).forks.at(-1)!.parent).toBe(2);
});

test('a fork that exists is found again, but not with another temperature', () => {
  expect(withFork(forks, { parent: 2, at: 17, token: 345 })).toEqual({ forks, branch: 1 });
  expect(withFork(forks, { parent: 1, at: 20, token: 88 }).branch).toBe(4);
});

test('a removed branch takes those that part from it along, and the others get new numbers', () => {
  expect(branchesWithout(forks, 1)).toEqual([0, 3]);
  expect(forksOf(forks, [0, 3])).toEqual([{ parent: 0, at: 11, token: 3 }]);
  expect(forksOf(forks, branchesWithout(forks, 3))).toEqual(forks.slice(0, 2));
});

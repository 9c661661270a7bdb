import { expect, test } from 'vitest';
import { allowedIds, contextOf } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { badWordsIds } from './bad-words-ids.js';

test('a bad word cannot be completed', () => {
  const process = badWordsIds([[3], [1, 4]]);
  expect(allowedIds(process(new Float32Array(6), contextOf([0, 0])))).toEqual([0, 1, 2, 4, 5]);
  expect(allowedIds(process(new Float32Array(6), contextOf([0, 1])))).toEqual([0, 1, 2, 5]);
});

test('an end token alone is no bad word, a longer word with it is', () => {
  const process = badWordsIds([[2], [5], [1, 2], [2, 3]], [2, 5]);
  expect(allowedIds(process(new Float32Array(6), contextOf([0, 0])))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(allowedIds(process(new Float32Array(6), contextOf([0, 1])))).toEqual([0, 1, 3, 4, 5]);
  expect(allowedIds(process(new Float32Array(6), contextOf([0, 2])))).toEqual([0, 1, 2, 4, 5]);
});

test('errors name the word', () => {
  expect(thrownMessage(() => badWordsIds([[]]))).toBe(
    'sampling: badWordsIds is []; it must be a token id (0, 1, 2, ...) or a list of them',
  );
  expect(thrownMessage(() => badWordsIds([[9]])(new Float32Array(6), contextOf()))).toBe(
    'sampling: badWordsIds names token 9; the vocab has 6 tokens',
  );
});

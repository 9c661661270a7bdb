import { expect, test } from 'vitest';
import { after, kept } from '../../test/rows.js';
import { thrown } from '../../test/thrown.js';
import { badWords } from './bad-words.js';

test('a bad word cannot be completed', () => {
  const process = badWords([[3], [1, 4]]);
  expect(kept(process(new Float32Array(6), after([0, 0])))).toEqual([0, 1, 2, 4, 5]);
  expect(kept(process(new Float32Array(6), after([0, 1])))).toEqual([0, 1, 2, 5]);
});

test('an end token is no bad word, a longer word with it is', () => {
  const process = badWords([[2], [5], [1, 2], [2, 3]], [2, 5]);
  expect(kept(process(new Float32Array(6), after([0, 0])))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(kept(process(new Float32Array(6), after([0, 1])))).toEqual([0, 1, 3, 4, 5]);
  expect(kept(process(new Float32Array(6), after([0, 2])))).toEqual([0, 1, 2, 4, 5]);
});

test('errors name the word', () => {
  expect(thrown(() => badWords([[]]))).toBe(
    'sampling: badWords is []; it must be a token id (0, 1, 2, ...) or a list of them',
  );
  expect(thrown(() => badWords([[9]])(new Float32Array(6), after()))).toBe(
    'sampling: badWords names token 9; the vocab has 6 tokens',
  );
});

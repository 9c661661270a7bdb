import { expect, test } from 'vitest';
import { choicesOf } from './considered.js';

test('the likeliest codes come first, by how likely they are chosen, and the written one is among them', () => {
  const probabilities = [0.02, 0.3, 0.25, 0.2, 0.1, 0.05, 0.04, 0.03, 0.01];
  const topLogprobs = probabilities.map((probability, token) => ({ token, probability, logprob: -token }));
  const tokensOf = (code: number) => choicesOf({ topLogprobs }, code).map(({ token }) => token);
  expect(tokensOf(3)).toEqual([1, 2, 3, 4, 5, 6, 7, 0]);
  expect(tokensOf(8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(choicesOf({ topLogprobs }, 8).at(-1)).toEqual({ token: 8, probability: 0.01, isWritten: true });
  expect(choicesOf({ topLogprobs }, 3).filter(({ isWritten }) => isWritten)).toHaveLength(1);
});

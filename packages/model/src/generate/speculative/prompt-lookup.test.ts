import { expect, test } from 'vitest';
import { promptLookup } from './prompt-lookup.js';

test('what followed the longest n-gram at the end is copied, from its first occurrence', () => {
  const tokens = [7, 1, 2, 3, 4, 5, 2, 3, 9, 1, 2, 3];
  expect(promptLookup(tokens, { numTokens: 2, maxNgramSize: 3 })).toEqual([4, 5]);
  expect(promptLookup([5, 8, 2, 3, 6, 2, 3], { numTokens: 9, maxNgramSize: 2 })).toEqual([6, 2, 3]);
});

test('a shorter n-gram serves where the longer one did not occur before', () => {
  expect(promptLookup([4, 3, 8, 9, 3], { numTokens: 2, maxNgramSize: 3 })).toEqual([8, 9]);
  expect(promptLookup([4, 3, 8, 9, 7], { numTokens: 2, maxNgramSize: 3 })).toEqual([]);
  expect(promptLookup([4], { numTokens: 2, maxNgramSize: 3 })).toEqual([]);
});

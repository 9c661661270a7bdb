import { expect, test } from 'vitest';
import { repeatedTokens } from './repeated-tokens.js';

test('the tokens repeat after their period, depend on the seed and avoid what is named', () => {
  const ids = repeatedTokens({ vocab: 11, length: 97, repeats: 3, seed: 5, avoid: [0, 10, 4] });
  expect(ids).toHaveLength(291);
  expect(ids.slice(97)).toEqual(ids.slice(0, 194));
  expect([...new Set(ids)].sort((a, b) => a - b)).toEqual([1, 2, 3, 5, 6, 7, 8, 9]);
  expect(repeatedTokens({ vocab: 11, length: 97, repeats: 3, seed: 5, avoid: [0, 10, 4] })).toEqual(ids);
  expect(repeatedTokens({ vocab: 11, length: 97, seed: 6, avoid: [0, 10, 4] })).not.toEqual(ids.slice(0, 194));
});

test('options that leave no token or have no meaning are refused', () => {
  expect(() => repeatedTokens({ vocab: 3, length: 2, avoid: [0, 1, 2] })).toThrow(
    'repeatedTokens: all 3 tokens of the vocabulary are in avoid',
  );
  expect(() => repeatedTokens({ vocab: 3, length: 0 })).toThrow(
    'repeatedTokens: length is 0; it must be a whole number, 1 or more',
  );
  expect(() => repeatedTokens({ vocab: 3, length: 2, seed: -1 })).toThrow('repeatedTokens: seed is -1');
});

import { expect, test } from 'vitest';
import { openDictionary, packDictionary, pronounce, speechTokenNames, speechTokens, spokenText } from './index.js';

const dictionary = openDictionary(
  packDictionary([
    ['hello', ['HH', 'AH0', 'L', 'OW2']],
    ['you', ['Y', 'UW1']],
  ]),
);
const tokensOf = (text: string) => speechTokens(pronounce(spokenText(text).words, { dictionary }));

test('words become a pause, phones with or without stress, and the pauses of their signs', () => {
  const tokens = tokensOf('Hello, you');
  expect(tokens.map(({ token }) => token).join(' ')).toBe('<s> HH AH0 L OW1 , Y UW1 .');
  expect(tokens.map(({ word }) => word)).toEqual([undefined, 0, 0, 0, 0, 0, 1, 1, 1]);
  expect(tokensOf('You?').map(({ token }) => token)).toEqual(['<s>', 'Y', 'UW1', '?']);
  expect(tokensOf('you,').map(({ token }) => token)).toEqual(['<s>', 'Y', 'UW1', '.']);
  expect(tokensOf('zzyzx').map(({ token }) => token)).toEqual(['<s>']);
});

test('each token has one name', () => {
  const names = speechTokenNames();
  expect([names.length, new Set(names).size]).toEqual([61, 61]);
  for (const { token } of tokensOf('Hello, you!')) expect(names).toContain(token);
});

import { expect, test } from 'vitest';
import { wordsOfTokens } from './words.js';

/** Tokens as bytes, whether the language has no spaces, and the words of Hugging Face transformers 5.24. */
const cases: readonly (readonly [string, string[], boolean, [string, number[]][]])[] = [
  [
    'punctuation',
    ['2048656c', '6c6f', '2c', '2022', '776f726c64', '22', '21', '206974', '2773', '2028', '68657265', '29', '2e'],
    false,
    [
      [' Hello,', [0, 1, 2]],
      [' "world"!', [3, 4, 5, 6]],
      [" it's", [7, 8]],
      [' (here).', [9, 10, 11, 12]],
    ],
  ],
  [
    'characters of several tokens',
    ['20636166', 'c3', 'a9', '20e282', 'ac', '35', '3f', '202d', '20796573'],
    false,
    [
      [' café', [0, 1, 2]],
      [' €5?', [3, 4, 5, 6]],
      [' - yes', [7, 8]],
    ],
  ],
  [
    'a space alone and a first word without one',
    ['61', '62', '2063', '20', '64', '2d', '65', '2e2e2e'],
    false,
    [
      ['ab', [0, 1]],
      [' c', [2]],
      [' d', [3, 4]],
      ['-e...', [5, 6, 7]],
    ],
  ],
  [
    'bytes that are no character',
    ['20f09f', '98', '80', '2078', 'ff', '2079'],
    false,
    [
      [' 😀', [0, 1, 2]],
      [' x\ufffd', [3, 4]],
      [' y', [5]],
    ],
  ],
  [
    'a language without spaces',
    ['e4bd', 'a0', 'e5a5bd', 'efbc8c', 'e4b896'],
    true,
    [
      ['你', [0, 1]],
      ['好，', [2, 3]],
      ['世', [4]],
    ],
  ],
];

test.each(cases)('%s', (_, bytes, hasNoSpaces, words) => {
  const decode = (ids: readonly number[]) => Buffer.from(ids.map(id => bytes[id]!).join(''), 'hex').toString('utf8');
  const found = wordsOfTokens([...bytes.keys()], { decode, hasNoSpaces });
  expect(found.map(({ text, indices }) => [text, indices])).toEqual(words);
});

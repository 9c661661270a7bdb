import { expect, test } from 'vitest';
import { parseExpression } from './index.js';

const terms = (text: string) => parseExpression(text).map(({ word, factor }) => [word, factor]);

test.each<[string, [string, number][]]>([
  ['king', [['king', 1]]],
  [
    'king - man + woman',
    [
      ['king', 1],
      ['man', -1],
      ['woman', 1],
    ],
  ],
  [
    '  king−man  ',
    [
      ['king', 1],
      ['man', -1],
    ],
  ],
  [
    'king -man',
    [
      ['king', 1],
      ['man', -1],
    ],
  ],
  [
    'king- man',
    [
      ['king', 1],
      ['man', -1],
    ],
  ],
  [
    "well-known - o'clock",
    [
      ['well-known', 1],
      ["o'clock", -1],
    ],
  ],
  [
    '"new york" - \'king - man\' + “a b”',
    [
      ['new york', 1],
      ['king - man', -1],
      ['a b', 1],
    ],
  ],
  ['0.5 * warm', [['warm', 0.5]]],
  ['warm * .5 / 2', [['warm', 0.25]]],
  ['2e1×a·3', [['a', 60]]],
  [
    '-(a - 2 * (b - c)) / 4',
    [
      ['a', -0.25],
      ['b', 0.5],
      ['c', -0.5],
    ],
  ],
  [
    '--a + +b',
    [
      ['a', 1],
      ['b', 1],
    ],
  ],
  [
    'a + a - b - a',
    [
      ['a', 1],
      ['b', -1],
    ],
  ],
  [
    '(1 + 2) * a - 6 / 3 * b',
    [
      ['a', 3],
      ['b', -2],
    ],
  ],
  [
    '"2" + 3d',
    [
      ['2', 1],
      ['3d', 1],
    ],
  ],
  [
    `${'-'.repeat(50_001)} a + (b)`,
    [
      ['a', -1],
      ['b', 1],
    ],
  ],
  [
    `${'('.repeat(100)}a${')'.repeat(100)} + (b)`,
    [
      ['a', 1],
      ['b', 1],
    ],
  ],
  ['the-1980-90s', [['the-1980-90s', 1]]],
])('%s is parsed to its sum', (text, expected) => {
  expect(terms(text)).toEqual(expected);
});

test.each([
  ['', 'the expression is empty; write one like king - man + woman'],
  ['   ', 'the expression is empty; write one like king - man + woman'],
  ['king -', 'the expression ends after "-" at 6, where a word or number must follow'],
  ['king + * man', '"*" at 8 stands where a word, a number or ( must'],
  ['new york', '"york" at 5 follows without + or - before it; a word with a space is written in quotes, "new york"'],
  ['(king - man', 'the parenthesis at 1 is not closed'],
  ['king) - man', '")" at 5 closes nothing'],
  ['king - "man', 'the quote at 8 is not closed'],
  ['2', 'the number 2 alone is no vector; put it in quotes where the word is meant, "2"'],
  ['king + 2', '+ at 6 joins the number 2 and a word; put it in quotes where the word is meant'],
  ['king * man', '* at 6 joins two words; one side must be a number'],
  ['2 / king', '/ at 3 divides by a word; it must be a number'],
  ['king / 0', '/ at 6 divides by 0'],
  ['1e999 * king - man', 'the factor of "king" is Infinity; it must be finite'],
  ['('.repeat(5000), 'the parenthesis at 101 is deeper than 100'],
])('%s is an error with its position', (text, message) => {
  expect(() => parseExpression(text)).toThrow(`parseExpression: ${message}`);
});

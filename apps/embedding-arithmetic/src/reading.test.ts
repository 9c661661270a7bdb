import { expressionText, type Term } from '@residual/word-vectors';
import { expect, test } from 'vitest';
import { missingWordsSentence } from './missing-words.js';
import { headlineOf, isAsTyped } from './reading.js';

const sumOf = (...words: string[]): Term[] => words.map((word, i) => ({ word, factor: i % 5 === 1 ? -1 : 1 }));

test('a headline shows all of a short sum, and the beginning and end of a long one', () => {
  expect(headlineOf(sumOf('king', 'man', 'woman'))).toBe('king − man + woman');
  const many = sumOf(...Array.from({ length: 1500 }, (_, i) => `word${i}`));
  expect(headlineOf(many)).toBe('word0 − word1 + word2 + word3 + word4 … + word1499');
  expect(expressionText(many).length).toBeGreaterThan(10_000);
  expect(headlineOf(sumOf('a'.repeat(500), 'b'.repeat(500), 'c'.repeat(500))).length).toBeLessThan(100);
  expect(headlineOf(sumOf('a'.repeat(500))).length).toBeLessThan(100);
  expect(
    headlineOf([{ word: 'x'.repeat(95), factor: 1 }, ...sumOf('a', 'b').map(term => ({ ...term, factor: -1 }))]),
  ).toMatch(/^x{50}… … − b$/);
});

test.each([
  ['king - man + woman', 'king − man + woman', true],
  ['  king −man+ woman', 'king − man + woman', true],
  ['0.5*warm', '0.5 × warm', true],
  ['"twenty one" + two', '“twenty one” + two', true],
  ['king-man', 'king − man', false],
  ['King - man', 'king − man', false],
  ['twenty-one + two', '“twenty-one” + two', false],
  ['king + king', '2 × king', false],
])('%s is read as %s; that this is as typed is %s', (typed, text, same) => {
  expect(isAsTyped(typed, text)).toBe(same);
});

test('a sentence names the words that the token table lacks, with their tokens', async () => {
  const sentence = (words: readonly string[], ...tokens: string[][]) => missingWordsSentence(words, async () => tokens);
  expect(await sentence(['paris'], ['par', 'is'])).toBe(
    '“paris” (par·is) is not a single token, so it has no row in this table: ' +
      "the storyteller reads it in several tokens. This table has words of children's stories.",
  );
  expect(await sentence(['paris', '日本'], ['par', 'is'], ['日本'])).toBe(
    '“paris” (par·is) and “日本” are not single tokens, so they have no row in this table: ' +
      "the storyteller reads them in several tokens. This table has words of children's stories.",
  );
  const many = Array.from({ length: 9 }, (_, i) => `w${i}`);
  expect(await sentence(many)).toBe(
    '“w0”, “w1”, “w2”, “w3”, “w4”, and 4 more are not single tokens, so they have no row in this table. ' +
      "This table has words of children's stories.",
  );
});

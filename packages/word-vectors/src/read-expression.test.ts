import { expect, test } from 'vitest';
import {
  complete,
  findWord,
  parseExpression,
  type ResidualError,
  readExpression,
  suggest,
  vectorTable,
} from './index.js';

const tableOf = (...words: string[]) => vectorTable({ words, data: Float32Array.from(words, (_, row) => row + 1) });
const vectors = tableOf(
  ...['king', 'man', 'woman', 'well-known', 'known', 'twenty-one', 'two', 'f-16', '16', 'e-mail', 'new-york'],
  ...[
    'kingman',
    'website',
    'McDonald',
    'anti-',
    'and/or',
    'c++',
    '“',
    "o'clock",
    'usa',
    'warm',
    'cold',
    'post-war',
    'war',
  ],
);
const read = (text: string) => readExpression(vectors, text).text;

test.each([
  ['king-man+woman', 'king − man + woman'],
  ['King - Man + Woman', 'king − man + woman'],
  ['KING—MAN＋ＷＯＭＡＮ', 'king − man + woman'],
  ['king−man–two', 'king − man − two'],
  ['(king-man)*2-woman/4', '2 × king − 2 × man − 0.25 × woman'],
  ['0.5*warm-.25*cold', '0.5 × warm − 0.25 × cold'],
  ['king*2-man', '2 × king − man'],
  ['king - man + woman = ?', 'king − man + woman'],
  ['king - man?', 'king − man'],
  ['king, - man.', 'king − man'],
  ['well-known-known', '“well-known” − known'],
  ['well‑known - well‐known + twenty-one-two', '0 × “well-known” + “twenty-one” − two'],
  ['f-16-16*king', '“f-16” − 16 × king'],
  ['post-war-war', '“post-war” − war'],
  ['E-Mail-king', '“e-mail” − king'],
  ['anti- + and/or - c++', '“anti-” + “and/or” − “c++”'],
  ['and/or-c+++king', '“and/or” − “c++” + king'],
  ["o'clock-o’clock+king", "0 × “o'clock” + king"],
  ['"king"-"man"', 'king − man'],
  ["king-'man'", 'king − man'],
  ['"“"-king', '““” − king'],
  ['new york - usa', '“new-york” − usa'],
  ['"New York"-usa', '“new-york” − usa'],
  ['NEW_YORK + newyork', '2 × “new-york”'],
  ['web site + wellknown', 'website + “well-known”'],
  ['mcdonald', 'McDonald'],
  ['king-man', 'king − man'],
  ['-king', '−king'],
])('%s is read as %s', (text, expected) => {
  expect(read(text)).toBe(expected);
});

test('the text of an expression is read as the same expression', () => {
  for (const text of ['king-man+woman', 'well-known-e-mail/4', '"“" + anti- - c++', 'new york - (usa-mcdonald)*3']) {
    const { terms, text: canonical } = readExpression(vectors, text);
    expect(readExpression(vectors, canonical).terms).toEqual(terms);
    expect(parseExpression(canonical)).toEqual(terms);
  }
});

test('words with other separators are found', () => {
  for (const word of ['New_York', 'new_york', 'new york', 'newyork', 'NEW-YORK', 'New York']) {
    const table = tableOf('usa', word);
    for (const text of ['new york', 'New York', 'new-york', 'new_york', 'newyork'])
      expect([text, findWord(table, text)]).toEqual([text, word]);
    expect(readExpression(table, 'new york-usa').terms).toEqual([
      { word, factor: 1 },
      { word: 'usa', factor: -1 },
    ]);
  }
  expect(findWord(tableOf('new', 'york'), 'new york')).toBeUndefined();
  expect(findWord(vectors, '')).toBeUndefined();
  expect(findWord(vectors, '?!')).toBeUndefined();
});

test.each([
  ['kign-mam+woman', '"kign" and "mam" are not among the 24 words; there is "king" for "kign", "man" for "mam"'],
  ['post-wra - king', '"post-wra" is not among the 24 words; there is "post-war"'],
  ['pre-war', '"pre" is not among the 24 words'],
  ['16-year-old', '"16-year-old" is not among the 24 words'],
  ['zzqqxx + 😀 + 日本', '"zzqqxx", "😀" and "日本" are not among the 24 words'],
  [
    Array.from({ length: 30 }, (_, i) => `q${i}q`).join('+'),
    '"q0q", "q1q", "q2q", "q3q", "q4q" and 25 more are not among the 24 words',
  ],
  ['q'.repeat(3000), `"${'q'.repeat(80)}…" is not among the 24 words`],
])('%s: the error names all unknown words with similar words', (text, message) => {
  let error: unknown;
  try {
    readExpression(vectors, text);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code: 'word', message: `readExpression: ${message}` });
  expect((error as ResidualError & { details: { words: string[] } }).details.words.length).toBeGreaterThan(0);
});

test.each([
  ['king usa', '"usa" at 6 follows without + or - before it; there is no word "king usa"'],
  ['king - "man', 'the quote at 8 is not closed'],
  ['king-', 'the expression ends after "-" at 5, where a word or number must follow'],
])('%s is an error with its position', (text, message) => {
  expect(() => readExpression(vectors, text)).toThrow(`parseExpression: ${message}`);
});

test('long texts need few searches of the table', () => {
  let looks = 0;
  const rows = new Map(vectors.rows);
  const has = (word: string) => {
    looks++;
    return Map.prototype.has.call(rows, word);
  };
  const counting = {
    ...vectors,
    rows: Object.assign(rows, { has }),
  };
  const hyphens = `${'king-'.repeat(5000)}man`;
  expect(readExpression(counting, hyphens).terms).toEqual([
    { word: 'king', factor: 1 - 4999 },
    { word: 'man', factor: -1 },
  ]);
  expect(looks).toBeLessThan(20 * 5000);
});

test('suggestions are similar, or there are none', () => {
  const table = tableOf('the', 'ten', 'dog', 'do', 'king', 'woman', 'cooperate', 'kitchen');
  expect(suggest(table, 'teh')).toEqual(['the', 'ten']);
  expect(suggest(table, 'dgo')).toEqual(['dog', 'do']);
  expect(suggest(table, 'tex')).toEqual(['ten']);
  expect(suggest(table, 'hen')).toEqual([]);
  expect(suggest(table, 'x')).toEqual([]);
  expect(suggest(table, 'wkmen')).toEqual([]);
  expect(suggest(table, 'co-opperate')).toEqual(['cooperate']);
  expect(suggest(table, 'kitchxx')).toEqual([]);
});

test('completion ignores case', () => {
  expect(complete(tableOf('king', 'Kingston', 'man'), 'KIN')).toEqual(['king', 'Kingston']);
  expect(complete(tableOf('king', 'King'), 'King')).toEqual(['King', 'king']);
});

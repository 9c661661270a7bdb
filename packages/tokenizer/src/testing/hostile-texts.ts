import { processorTime, workRatio } from '@residual/testkit/processor-time';
import { expect } from 'vitest';
import type { Tokenizer } from '../tokenizer.js';

/** Texts of a length in UTF-16 units on which tokenizers have taken quadratic time. */
export const hostileTexts: Readonly<Record<string, (length: number) => string>> = {
  'one letter': length => 'a'.repeat(length),
  'one word': length => 'abcdefghij'.repeat(length / 10),
  'spaces before a word': length => `${' '.repeat(length)}x`,
  'spaces between words': length => `x${' '.repeat(length)}x`,
  'combining marks': length => `e${'\u0301\u0323'.repeat(length / 2)}`,
  'different astral characters': length =>
    Array.from({ length: length / 2 }, (_, index) => String.fromCodePoint(0x10000 + index)).join(''),
  'line ends': length => '\n'.repeat(length),
  apostrophes: length => "'".repeat(length),
  'upper-case letters': length => 'A'.repeat(length),
  'lone surrogates': length => '\ud800'.repeat(length),
  'begun symbols': length => '<se'.repeat(length / 3),
};

/** Words of two to nine letters, all different. */
const ordinary = (length: number) => {
  let state = 7;
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  let text = '';
  while (text.length < length) {
    for (let left = 2 + Math.floor(8 * next()); left > 0; left--)
      text += String.fromCharCode(97 + Math.floor(26 * next()));
    text += ' ';
  }
  return text.slice(0, length);
};

const encode = (tokenizer: Tokenizer, text: string) => () => {
  const { ids, offsets } = tokenizer.encode(text);
  expect(offsets.length).toBe(ids.length);
};

/**
 * Fails if sixteen times the text takes more than 150 times the processor time. Quadratic time takes 256 times as much.
 * Linear time takes up to 110 times as much, because caches hold all of the shorter text and garbage is collected in
 * the longer one. The text is long enough to take a few milliseconds; shorter times are not reliable.
 */
export const expectLinearTime = async (tokenizer: Tokenizer, make: (length: number) => string): Promise<void> => {
  let length = 3000;
  encode(tokenizer, make(length))();
  while (length < 12_000 && (await processorTime(encode(tokenizer, make(length)))) < 3) length *= 2;
  const [long, short] = [make(16 * length), make(length)];
  expect(await workRatio(encode(tokenizer, long), encode(tokenizer, short), { below: 150 })).toBeLessThan(150);
};

/**
 * Fails if 100,000 repetitions of a letter take many times the processor time of 100,000 characters of ordinary words.
 */
export const expectOneLetterAsQuick = async (tokenizer: Tokenizer): Promise<void> => {
  const [letter, words] = ['a'.repeat(100_000), ordinary(100_000)];
  expect(await workRatio(encode(tokenizer, letter), encode(tokenizer, words), { below: 8 })).toBeLessThan(8);
};

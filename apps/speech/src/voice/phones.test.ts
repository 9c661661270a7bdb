import type { SpokenSentence } from '@residual/model';
import { expect, test } from 'vitest';
import { phonesOf, previewed, valueInWords } from './phones.js';
import { spokenWords } from './spoken-words.js';

const token = (name: string, start: number, end: number, pitch = 0) => ({
  ...{ id: 0, token: name, span: [0, 0] as const, start, end, pitch },
});
const word = (text: string, from: number, to: number, ...tokens: readonly number[]) => ({
  ...{ text, span: [from, to] as const, start: 0, end: 1, tokens },
});
const sentence: SpokenSentence = {
  ...{ text: 'Pay $2 (now)!', span: [0, 13], start: 0, end: 6 },
  tokens: [token('<s>', 0, 1), token('P', 1, 2, 0.5), token('EY1', 2, 3, -0.25), token('T', 3, 4), token('.', 4, 6)],
  words: [word('pay', 0, 3, 1, 2), word('two', 4, 6, 3), word('dollars', 4, 6), word('now', 8, 11)],
};

test('phones know their words, pauses have none and no pitch', () => {
  const phones = phonesOf([sentence, sentence]);
  expect(phones.slice(0, 5).map(({ label, word, pitch, isStressed }) => [label, word, pitch, isStressed])).toEqual([
    ['·', undefined, undefined, false],
    ['P', 0, 0.5, false],
    ['EY', 0, -0.25, true],
    ['T', 1, 0, false],
    ['·', undefined, undefined, false],
  ]);
  expect([phones[6]!.word, phones[6]!.sentence, phones[6]!.token]).toEqual([4, 1, 1]);
});

test('the phones after a longer one move, and those before it stay', () => {
  const moved = previewed(phonesOf([sentence]), 2, { seconds: 1.5 });
  expect(moved.map(({ start, end }) => [start, end])).toEqual([
    ...[[0, 1], [1, 2], [2, 3.5]], // biome-ignore format: before and itself
    ...[[3.5, 4.5], [4.5, 6.5]], // biome-ignore format: after
  ]);
  expect(previewed(phonesOf([sentence]), 2, { pitch: 2 })[2]).toMatchObject({ start: 2, end: 3, pitch: 2 });
});

test('a phone is its length and its pitch in words', () => {
  const [pause, first, second, third] = phonesOf([sentence]).map(valueInWords);
  expect([pause, first, second, third]).toEqual([
    '1000 milliseconds',
    '1000 milliseconds, pitch 0.5 above the middle',
    '1000 milliseconds, pitch 0.3 below the middle',
    '1000 milliseconds, pitch in the middle',
  ]);
});

test('words are shown as they are written, with their marks; as they are said if that differs', () => {
  expect(spokenWords('Pay $2 (now)!', [sentence]).map(({ text, said }) => [text, said])).toEqual([
    [' Pay', 'pay'],
    [' two', 'two'],
    [' dollars', 'dollars'],
    [' now)!', 'now'],
  ]);
});

import type { TranscribedSegment } from '@residual/model';
import { expect, test } from 'vitest';
import { heardToken, heardWords } from './heard-words.js';

const word = (text: string, start: number, end: number, ...tokens: number[]) => ({
  text,
  start,
  end,
  probability: 0.9,
  tokens,
});
const segment = (...words: ReturnType<typeof word>[]): TranscribedSegment => ({
  start: 0,
  end: 2,
  text: words.map(({ text }) => text).join(''),
  tokens: [],
  window: 0,
  words,
});
const token = (text: string, id: number) => ({
  token: id,
  text,
  alternatives: [{ token: id, probability: 0.7, isWritten: true }],
});

test('each word has the alternatives of its own tokens, and times belong to none', () => {
  const tokens = [token('', 0), token(' Dash', 1), token('wood', 2), token(',', 3), token(' so', 4), token('', 5)];
  const words = heardWords([segment(word(' Dashwood,', 0, 1, 1, 2, 3), word(' so', 1, 2, 4))], tokens);
  expect(words.map(({ alternatives }) => alternatives.map(([first]) => first!.token))).toEqual([[1, 2, 3], [4]]);
});

test('the written token is among the alternatives, also when it was not one of the likeliest', () => {
  const step = {
    kind: 'token',
    step: { text: ' a', token: 7, logprob: Math.log(0.1), topLogprobs: [3, 4].map(id => ({ token: id, logprob: -1 })) },
  };
  expect(heardToken(step as never).token).toBe(7);
  expect(heardToken(step as never).alternatives).toEqual([
    { token: 3, probability: Math.exp(-1), isWritten: false },
    { token: 7, probability: expect.closeTo(0.1, 9), isWritten: true },
  ]);
});

import type { SpokenSentence } from '@residual/model';
import { expect, test } from 'vitest';
import { optionsOf, respoken, sentencesOf, unchanged, withDuration, withPitch } from './utterance.js';

/** A sentence of tokens of these lengths in seconds, all of which are one word. */
const sentence = (...lengths: readonly number[]): SpokenSentence => {
  let start = 0;
  const tokens = lengths.map((length, id) => {
    const token = { id, token: `T${id}`, span: [0, 1] as const, start, end: start + length, pitch: id };
    start += length;
    return token;
  });
  const words = [{ text: 'word', span: [0, 4] as const, start: 0, end: start, tokens: [...tokens.keys()] }];
  return { text: 'word', span: [0, 4], start: 0, end: start, tokens, words };
};

test('a length that was heard at a speed is as long at another one; a pitch goes up with the whole', () => {
  const longer = withDuration(unchanged(3), 1, 0.2, { speed: 2, pitch: 0 });
  expect(optionsOf(longer, { speed: 2, pitch: 0 })).toEqual({
    ...{ speed: 2, pitch: 0, durations: [[undefined, 0.2, undefined]] },
  });
  expect(optionsOf(longer, { speed: 1, pitch: 0 }).durations).toEqual([[undefined, 0.4, undefined]]);
  const higher = withPitch(longer, 2, 1.5, { speed: 1, pitch: 1 });
  expect(optionsOf(higher, { speed: 1, pitch: -1 }).pitches).toEqual([[undefined, undefined, -0.5]]);
  expect(optionsOf(withDuration(longer, 1, undefined, { speed: 1, pitch: 0 }), { speed: 1, pitch: 0 })).toEqual({
    ...{ speed: 1, pitch: 0 },
  });
});

test('a sentence that is spoken anew keeps its words, which are where their tokens are', () => {
  const before = sentence(0.25, 0.25);
  const tokens = sentence(0.5, 1).tokens.map(token => ({ ...token, token: '', span: [0, 0] as const }));
  const after = respoken(before, tokens);
  expect(after.tokens.map(({ token, span, start, end }) => [token, span, start, end])).toEqual([
    ['T0', [0, 1], 0, 0.5],
    ['T1', [0, 1], 0.5, 1.5],
  ]);
  expect([after.end, after.words[0]!.end]).toEqual([1.5, 1.5]);
});

test('sentences begin where the samples of those before them end', () => {
  const utterance = (seconds: number) => ({
    ...{ spoken: sentence(seconds), samples: new Float32Array(seconds * 8), changes: unchanged(1) },
  });
  const [first, second] = sentencesOf([utterance(2), utterance(3)], 8);
  expect([first!.start, second!.start, second!.end, second!.words[0]!.start]).toEqual([0, 2, 5, 2]);
});

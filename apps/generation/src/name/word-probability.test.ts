import { expect, test } from 'vitest';
import { expectedAfter, largest } from './word-probability.js';

const vocab = 3;
/** Letters are tokens; the logits at a position are 0, 1, 2, rotated by the position. */
const model = {
  vocab,
  tokensOf: async (text: unknown) => [...String(text).replaceAll(' ', '')].map(letter => 'abc'.indexOf(letter)),
  forward: async (ids: unknown) => {
    const tokens = ids as readonly number[];
    const data = new Float32Array(tokens.flatMap((_, position) => [0, 1, 2].map(id => (id + position) % vocab)));
    return { tokens, logits: { shape: [tokens.length, vocab], data }, taps: {} };
  },
};

test('the probability of a word is the product over its tokens, each predicted at the position before it', async () => {
  const sum = 1 + Math.E + Math.E ** 2;
  // at position 1 `c` has logit (2 + 1) % 3 = 0; at position 2 `a` has logit 2
  const expected = (1 / sum) * (Math.E ** 2 / sum);
  const { probability, logprobs, token } = await expectedAfter(model, 'a b ', 'ca');
  expect(probability).toBeCloseTo(expected, 6);
  expect([...logprobs].map(Math.exp)).toEqual([1, 2, 0].map(logit => expect.closeTo(Math.exp(logit) / sum, 6)));
  expect(token).toBe(2);
});

test('an empty word is an error', async () => {
  await expect(expectedAfter(model, 'a b', ' ')).rejects.toThrow('the next word is empty');
});

test('the largest values come first, and of equal values the lower id', () => {
  expect(largest(Float64Array.of(0.25, 0.5, 0.125, 0.5), 3)).toEqual([1, 3, 0]);
});

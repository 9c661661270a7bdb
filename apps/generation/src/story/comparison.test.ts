import { expect, test } from 'vitest';
import { comparisonText, divergenceIndex, likelihoodFrom } from './comparison.js';

const tokens = (...all: (readonly [text: string, probability: number])[]) =>
  all.map(([text, probability], i) => ({ id: text.length * 7 + i, text, logprob: Math.log(probability) }));
const one = { name: 'the first story', tokens: tokens([' a', 1], [' dragon', 0.005], [' slept', 0.5]) };
const other = { name: 'the branch', tokens: tokens([' a', 1], [' cat', 0.25], [' ran', 0.25]) };

test('two texts diverge at their first different token, or where the shorter one ends', () => {
  expect(divergenceIndex(one.tokens, other.tokens)).toBe(1);
  expect(divergenceIndex(one.tokens, one.tokens.slice(0, 2))).toBe(2);
});

test('the perplexity of equally likely tokens is their number', () => {
  const { logprob, perplexity, tokens: count } = likelihoodFrom(other.tokens, 1);
  expect([logprob, perplexity, count]).toEqual([expect.closeTo(2 * Math.log(0.25), 12), expect.closeTo(4, 12), 2]);
});

test('sentences say where two texts part and which is easier to predict', () => {
  expect(comparisonText(one, other)).toBe(
    'They part at token 2: the first story goes on with “dragon” (0.50%), the branch with “cat” (25.0%). ' +
      'From there on the model finds the branch easier to predict than the first story: its perplexity is 4.0 ' +
      'against 20.0.',
  );
  expect(comparisonText(one, one)).toBe('Both have the same tokens.');
  expect(comparisonText(one, { ...one, tokens: one.tokens.slice(0, 2) })).toBe(
    'One is longer; their first 2 tokens are the same.',
  );
});

import { expect, test } from 'vitest';
import { sampler } from '../sampler.js';
import { tokenMask } from './token-mask.js';

const context = { tokens: [7, 9], promptLength: 1 };
const logits = Float32Array.from({ length: 70 }, (_, id) => id);

test('only the tokens of the mask are left, none beyond its end', () => {
  const row = tokenMask(({ tokens }) => {
    expect(tokens).toEqual([7, 9]);
    return Uint32Array.of(0xffffffff, (1 << 3) | (1 << 31));
  })(logits, context);
  const left = Array.from({ length: 32 }, (_, id) => id);
  expect([...row.keys()].filter(id => row[id] !== -Infinity)).toEqual([...left, 35, 63]);
  expect([row[31], row[63], logits[69]]).toEqual([31, 63, 69]);
});

test('a greedy choice takes the most likely token of the mask, and reports what the model found', () => {
  const { next } = sampler({ tokenMask: () => Uint32Array.of(1 << 5), topLogprobs: 1 });
  const { token, probability, topLogprobs } = next(logits, context);
  expect({ token, probability, top: topLogprobs[0]!.token }).toEqual({ token: 5, probability: 1, top: 69 });
});

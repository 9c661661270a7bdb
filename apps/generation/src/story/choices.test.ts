import { expect, test } from 'vitest';
import { preset } from '../settings.js';
import { choicesOf, cutText } from './choices.js';

const shares = [0.05, 0.4, 0.02, 0.3, 0.23];
const logits = Float32Array.from(shares, Math.log);
const sampling = { ...preset, temperature: 1, topP: 0.8 };

test('the choices have the probabilities of the model, and those after the filters', () => {
  const { candidates, remaining } = choicesOf(logits, [0], 1, sampling);
  expect(candidates.map(({ token }) => token)).toEqual([1, 3, 4, 0, 2]);
  for (const [i, share] of [0.4, 0.3, 0.23, 0.05, 0.02].entries()) expect(candidates[i]!.before).toBeCloseTo(share, 6);
  for (const [i, share] of [0.4, 0.3, 0.23, 0, 0].entries()) expect(candidates[i]!.after).toBeCloseTo(share / 0.93, 6);
  expect(remaining).toBe(3);
  expect(choicesOf(logits, [0], 1, { ...sampling, mode: 'greedy' }).candidates[0]!.after).toBe(1);
  expect(choicesOf(logits, [0], undefined, { ...sampling, topK: 2, topP: 1 }).remaining).toBe(2);
  expect(() => choicesOf(logits, [0], 1, { ...sampling, topP: 2 })).toThrow('topP');
});

test('an unlikely actual token follows the likeliest ones', () => {
  const many = Float32Array.from({ length: 30 }, (_, id) => -id / 10);
  const { candidates } = choicesOf(many, [0], 29, { ...sampling, temperature: 1 });
  expect(candidates.map(({ token }) => token)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 29]);
  expect(candidates.at(-1)!.before).toBeCloseTo(Math.exp(-2.9) / [...many].reduce((sum, x) => sum + Math.exp(x), 0), 6);
  expect(candidates.at(-1)!.after).toBe(0);
});

test('a sentence says what is cut off', () => {
  expect(cutText(sampling, 37, 6000)).toBe('top-p 0.8: 37 tokens are left, the other 5,963 are cut off.');
  expect(cutText({ ...sampling, topK: 1 }, 1, 6000)).toBe(
    'top-k 1 and top-p 0.8: 1 token is left, the other 5,999 are cut off.',
  );
  expect(cutText({ ...sampling, topP: 1 }, 6000, 6000)).toBe(
    'Nothing is cut off: each of the 6,000 tokens can be drawn.',
  );
  expect(cutText({ ...sampling, mode: 'greedy' }, 1, 6000)).toBe(
    'Only the likeliest token is taken: the other 5,999 are cut off.',
  );
});

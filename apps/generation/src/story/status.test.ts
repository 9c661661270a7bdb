import { expect, test } from 'vitest';
import { mostSurprising, statusText } from './status.js';

const tokens = [1, 0.5, 0.125, 0.5].map((share, id) => ({ id, text: ` t${id}`, logprob: Math.log(share) }));

test('a sentence says how surprising the written tokens are', () => {
  expect(statusText(tokens, 1, 'length')).toBe(
    '3 tokens are written, which is the length in the settings. On average a token holds 1.7 bits of surprise; the ' +
      'most surprising is “t2” with 3.0.',
  );
  expect(statusText(tokens, 3, undefined)).toContain('1 token is written so far.');
  expect(statusText(tokens, 4, undefined)).toBe('Nothing is written yet.');
  expect([mostSurprising(tokens, 1), mostSurprising(tokens, 4)]).toEqual([2, -1]);
});

import { expect, test } from 'vitest';
import { allowedIds, contextOf } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { timestampTokens } from './timestamp-tokens.js';

/** Text is 0 to 4, the end 5, then other special tokens; times are 8 to 14. */
const process = timestampTokens({ begin: 8, eosTokenId: 5, maxInitialIndex: 2 });

/**
 * Tokens, how many of them belong to the prompt, what is added to the logits of text, and the tokens that
 * `WhisperTimeStampLogitsProcessor` of Hugging Face transformers 5.24 leaves.
 */
const cases: readonly (readonly [tokens: number[], promptLength: number, shift: number, allowed: number[]])[] = [
  [[6], 1, 0, [8, 9, 10]],
  [[6], 1, 4, [8, 9, 10]],
  [[6, 8], 1, 0, [0, 1, 2, 3, 4, 5, 6]],
  [[6, 8], 1, 4, [0, 1, 2, 3, 4, 5, 6]],
  [[6, 9, 1], 1, 0, [0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14]],
  [[6, 9, 1], 1, 4, [0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14]],
  [[6, 9, 1, 10], 1, 0, [5, 6, 10, 11, 12, 13, 14]],
  [[6, 9, 1, 10], 1, 4, [5, 6, 10, 11, 12, 13, 14]],
  [[6, 9, 1, 10, 10], 1, 0, [0, 1, 2, 3, 4, 5, 6]],
  [[6, 9, 1, 10, 10], 1, 4, [0, 1, 2, 3, 4, 5, 6]],
  [[6, 9, 1, 10, 10, 2], 1, 0, [11, 12, 13, 14]],
  [[6, 9, 1, 10, 10, 2], 1, 4, [0, 1, 2, 3, 4, 5, 6, 11, 12, 13, 14]],
  [[6, 9, 1, 2, 3], 1, 0, [10, 11, 12, 13, 14]],
  [[6, 9, 1, 2, 3], 1, 4, [0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14]],
  [[6, 9, 1, 11, 11, 0, 12], 1, 0, [12, 13, 14]],
  [[6, 9, 1, 11, 11, 0, 12], 1, 4, [5, 6, 12, 13, 14]],
  [[6, 8, 3, 3, 14], 1, 0, [5, 6, 14]],
  [[6, 8, 3, 3, 14], 1, 4, [5, 6, 14]],
  [[6, 1, 8, 6, 9, 1, 10], 4, 0, [5, 6, 10, 11, 12, 13, 14]],
  [[6, 1, 8, 6, 9, 1, 10], 4, 4, [5, 6, 10, 11, 12, 13, 14]],
];

test.each(cases)('after %j with a prompt of %i, text raised by %i, the reference leaves %j', (tokens, ...rest) => {
  const [promptLength, shift, allowed] = rest;
  const sequence = Math.floor(cases.findIndex(([each]) => each === tokens) / 2);
  const logits = Float32Array.from({ length: 15 }, (_, i) => 3 * Math.sin(7 * i + sequence) + (i < 8 ? shift : 0));
  expect(allowedIds(process(logits, contextOf(tokens, promptLength)))).toEqual(allowed);
});

test('without a limit the first time may be any', () => {
  const free = timestampTokens({ begin: 2, eosTokenId: 1 });
  expect(allowedIds(free(new Float32Array(6), contextOf([0])))).toEqual([2, 3, 4, 5]);
});

test('errors show the value', () => {
  const need = 'it must be a whole number';
  expect(thrownMessage(() => timestampTokens({ begin: 0, eosTokenId: 0 }))).toBe(
    `sampling: timestampTokens.begin is 0; ${need}, 1 or more`,
  );
  expect(thrownMessage(() => timestampTokens({ begin: 1, eosTokenId: -1 }))).toBe(
    `sampling: timestampTokens.eosTokenId is -1; ${need}, 0 or more`,
  );
  expect(thrownMessage(() => timestampTokens({ begin: 1, eosTokenId: 0, maxInitialIndex: 0.5 }))).toBe(
    `sampling: timestampTokens.maxInitialIndex is 0.5; ${need}, 0 or more`,
  );
});

import { expect, test } from 'vitest';
import { allowedIds, contextOf } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { beginSuppressTokens, suppressTokens } from './suppress-tokens.js';

const row = () => new Float32Array(5);

test('suppressed tokens never come; ids outside the vocab are ignored', () => {
  expect(allowedIds(suppressTokens([1, 3, 99])(row(), contextOf([0])))).toEqual([0, 2, 4]);
  expect(allowedIds(suppressTokens(4)(row(), contextOf()))).toEqual([0, 1, 2, 3]);
});

test('beginSuppressTokens applies to the first token after the prompt only', () => {
  const process = beginSuppressTokens([1, 3]);
  expect(allowedIds(process(row(), contextOf([0, 0], 2)))).toEqual([0, 2, 4]);
  expect(allowedIds(process(row(), contextOf([0, 0, 0], 2)))).toEqual([0, 1, 2, 3, 4]);
});

test('a forced second token moves the suppressed one by a token', () => {
  const process = beginSuppressTokens([1, 3], true);
  expect(allowedIds(process(row(), contextOf([0], 1)))).toEqual([0, 1, 2, 3, 4]);
  expect(allowedIds(process(row(), contextOf([0, 2], 1)))).toEqual([0, 2, 4]);
  expect(allowedIds(process(row(), contextOf([0, 2], 2)))).toEqual([0, 2, 4]);
});

test('errors show the ids', () => {
  const need = 'it must be a token id (0, 1, 2, ...) or a list of them';
  expect(thrownMessage(() => suppressTokens([1.5]))).toBe(`sampling: suppressTokens is [1.5]; ${need}`);
  expect(thrownMessage(() => beginSuppressTokens([]))).toBe(`sampling: beginSuppressTokens is []; ${need}`);
});

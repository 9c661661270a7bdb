import { expect, test } from 'vitest';
import { allowedIds, contextOf } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { minLength, minNewTokens } from './min-length.js';

const row = () => new Float32Array(5);

test('minLength counts the prompt', () => {
  const process = minLength(3, [2, 4]);
  expect(allowedIds(process(row(), contextOf([0, 0], 2)))).toEqual([0, 1, 3]);
  expect(allowedIds(process(row(), contextOf([0, 0, 0], 2)))).toEqual([0, 1, 2, 3, 4]);
});

test('minNewTokens does not', () => {
  const process = minNewTokens(3, 2);
  expect(allowedIds(process(row(), contextOf([0, 0, 0, 0], 2)))).toEqual([0, 1, 3, 4]);
  expect(allowedIds(process(row(), contextOf([0, 0, 0, 0, 0], 2)))).toEqual([0, 1, 2, 3, 4]);
});

test('errors name the missing context or the value out of range', () => {
  expect(thrownMessage(() => minLength(-1, 2))).toBe('sampling: minLength is -1; it must be a whole number, 0 or more');
  expect(thrownMessage(() => minNewTokens(0.5, 2))).toBe(
    'sampling: minNewTokens is 0.5; it must be a whole number, 0 or more',
  );
  expect(thrownMessage(() => minNewTokens(3, undefined))).toBe(
    'sampling: eosTokenId of minNewTokens is undefined; it must be a token id (0, 1, 2, ...) or a list of them',
  );
});

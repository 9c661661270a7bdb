import { expect, test } from 'vitest';
import { contextOf } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { type ForcedEosTokenId, forcedBosTokenId, forcedEosTokenId } from './forced-token-ids.js';

const row = () => Float32Array.of(1, 2, 3, 4);
const untouched = [1, 2, 3, 4];
const only = (...ids: number[]) => untouched.map((_, id) => (ids.includes(id) ? 0 : -Infinity));

test('forcedBosTokenId forces the second token', () => {
  expect([...forcedBosTokenId(2)(row(), contextOf([7]))]).toEqual(only(2));
  expect([...forcedBosTokenId(2)(row(), contextOf([7, 7]))]).toEqual(untouched);
  expect([...forcedBosTokenId(2)(row(), contextOf([]))]).toEqual(untouched);
});

test('forcedEosTokenId forces the last token of the sequence', () => {
  const process = forcedEosTokenId({ tokens: [0, 3], maxLength: 4 });
  expect([...process(row(), contextOf([7, 7], 1))]).toEqual(untouched);
  expect([...process(row(), contextOf([7, 7, 7], 1))]).toEqual(only(0, 3));
});

test('forcedEosTokenId forces the last new token', () => {
  const process = forcedEosTokenId({ tokens: 1, maxNewTokens: 3 });
  expect([...process(row(), contextOf([7, 7, 7], 2))]).toEqual(untouched);
  expect([...process(row(), contextOf([7, 7, 7, 7], 2))]).toEqual(only(1));
});

test('errors name the option and its value', () => {
  expect(thrownMessage(() => forcedBosTokenId(4)(row(), contextOf([7])))).toBe(
    'sampling: forcedBosTokenId is 4; the vocab has 4 tokens',
  );
  expect(thrownMessage(() => forcedBosTokenId(-1))).toBe(
    'sampling: forcedBosTokenId is -1; it must be a token id (0, 1, 2, ...) or a list of them',
  );
  expect(thrownMessage(() => forcedEosTokenId({ tokens: 1, maxLength: 0 }))).toBe(
    'sampling: forcedEosTokenId.maxLength is 0; it must be a whole number, 1 or more',
  );
  expect(thrownMessage(() => forcedEosTokenId({ tokens: 1, maxNewTokens: 1.5 }))).toBe(
    'sampling: forcedEosTokenId.maxNewTokens is 1.5; it must be a whole number, 1 or more',
  );
  const either = 'it must be tokens with either maxLength or maxNewTokens';
  expect(thrownMessage(() => forcedEosTokenId({ tokens: 1 } as unknown as ForcedEosTokenId))).toBe(
    `sampling: forcedEosTokenId is {"tokens":1}; ${either}`,
  );
  expect(
    thrownMessage(() => forcedEosTokenId({ tokens: 1, maxLength: 3, maxNewTokens: 2 } as unknown as ForcedEosTokenId)),
  ).toBe(`sampling: forcedEosTokenId is {"tokens":1,"maxLength":3,"maxNewTokens":2}; ${either}`);
});

import { expect, test } from 'vitest';
import { after } from '../../test/rows.js';
import { thrown } from '../../test/thrown.js';
import { type ForcedEos, forcedBos, forcedEos } from './forced.js';

const row = () => Float32Array.of(1, 2, 3, 4);
const untouched = [1, 2, 3, 4];
const only = (...ids: number[]) => untouched.map((_, id) => (ids.includes(id) ? 0 : -Infinity));

test('the beginning is forced after one token', () => {
  expect([...forcedBos(2)(row(), after([7]))]).toEqual(only(2));
  expect([...forcedBos(2)(row(), after([7, 7]))]).toEqual(untouched);
  expect([...forcedBos(2)(row(), after([]))]).toEqual(untouched);
});

test('the end is forced as the last token of the row', () => {
  const process = forcedEos({ tokens: [0, 3], maxLength: 4 });
  expect([...process(row(), after([7, 7], 1))]).toEqual(untouched);
  expect([...process(row(), after([7, 7, 7], 1))]).toEqual(only(0, 3));
});

test('or as the last new token', () => {
  const process = forcedEos({ tokens: 1, maxNewTokens: 3 });
  expect([...process(row(), after([7, 7, 7], 2))]).toEqual(untouched);
  expect([...process(row(), after([7, 7, 7, 7], 2))]).toEqual(only(1));
});

test('errors say what does not fit', () => {
  expect(thrown(() => forcedBos(4)(row(), after([7])))).toBe('sampling: forcedBos is 4; the vocab has 4 tokens');
  expect(thrown(() => forcedBos(-1))).toBe(
    'sampling: forcedBos is -1; it must be a token id (0, 1, 2, ...) or a list of them',
  );
  expect(thrown(() => forcedEos({ tokens: 1, maxLength: 0 }))).toBe(
    'sampling: forcedEos.maxLength is 0; it must be a whole number from 1 on',
  );
  expect(thrown(() => forcedEos({ tokens: 1, maxNewTokens: 1.5 }))).toBe(
    'sampling: forcedEos.maxNewTokens is 1.5; it must be a whole number from 1 on',
  );
  const either = 'it must be tokens with either maxLength or maxNewTokens';
  expect(thrown(() => forcedEos({ tokens: 1 } as unknown as ForcedEos))).toBe(
    `sampling: forcedEos is {"tokens":1}; ${either}`,
  );
  expect(thrown(() => forcedEos({ tokens: 1, maxLength: 3, maxNewTokens: 2 } as unknown as ForcedEos))).toBe(
    `sampling: forcedEos is {"tokens":1,"maxLength":3,"maxNewTokens":2}; ${either}`,
  );
});

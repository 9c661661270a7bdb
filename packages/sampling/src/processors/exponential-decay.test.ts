import { expect, test } from 'vitest';
import { contextOf } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { exponentialDecayLengthPenalty } from './exponential-decay.js';

const tokens = (count: number) => Array.from({ length: count }, () => 9);

test('after the start, the end token gains |logit| (factor^past - 1)', () => {
  const process = exponentialDecayLengthPenalty({ start: 2, factor: 3 }, [0, 1, 1]);
  const row = Float32Array.of(2, -2, 5);
  expect([...process(row, contextOf(tokens(6), 4))]).toEqual([2, -2, 5]);
  expect([...process(row, contextOf(tokens(7), 4))]).toEqual([6, 2, 5]);
  expect([...process(row, contextOf(tokens(8), 4))]).toEqual([18, 14, 5]);
});

test('a suppressed end token stays suppressed', () => {
  const process = exponentialDecayLengthPenalty({ start: 0, factor: 2 }, 0);
  expect([...process(Float32Array.of(-Infinity, 1), contextOf(tokens(3), 0))]).toEqual([-Infinity, 1]);
});

test('errors name the option and its value', () => {
  const name = 'sampling: exponentialDecayLengthPenalty';
  expect(thrownMessage(() => exponentialDecayLengthPenalty({ start: -1, factor: 2 }, 0))).toBe(
    `${name}.start is -1; it must be a whole number, 0 or more`,
  );
  expect(thrownMessage(() => exponentialDecayLengthPenalty({ start: 1, factor: 0 }, 0))).toBe(
    `${name}.factor is 0; it must be a number above 0`,
  );
  expect(thrownMessage(() => exponentialDecayLengthPenalty({ start: 1, factor: 2 }, undefined))).toBe(
    'sampling: eosTokenId of exponentialDecayLengthPenalty is undefined; it must be a token id (0, 1, 2, ...) ' +
      'or a list of them',
  );
});

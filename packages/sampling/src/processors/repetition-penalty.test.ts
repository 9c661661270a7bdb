import { expect, test } from 'vitest';
import { contextOf } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { encoderRepetitionPenalty, repetitionPenalty } from './repetition-penalty.js';

const row = () => Float32Array.of(2, -2, 3, -3, 0, -Infinity);

test('tokens that already occurred become less likely, once each', () => {
  expect([...repetitionPenalty(2)(row(), contextOf([0, 3, 0, 0, 5, 4]))]).toEqual([1, -2, 3, -6, 0, -Infinity]);
});

test('below 1 they become more likely', () => {
  expect([...repetitionPenalty(0.5)(row(), contextOf([0, 3, 3]))]).toEqual([4, -2, 3, -1.5, 0, -Infinity]);
});

test('tokens may be a typed array, and ids outside the vocab are ignored', () => {
  const context = { tokens: Int32Array.of(0, 99), promptLength: 2 };
  expect([...repetitionPenalty(2)(row(), context)]).toEqual([1, -2, 3, -3, 0, -Infinity]);
});

test('tokens that the encoder read become more likely', () => {
  const context = { ...contextOf([2, 2]), encoderTokens: [0, 3, 0] };
  expect([...encoderRepetitionPenalty(2)(row(), context)]).toEqual([4, -2, 3, -1.5, 0, -Infinity]);
});

test('errors name the missing context or the value out of range', () => {
  expect(thrownMessage(() => repetitionPenalty(0))).toBe(
    'sampling: repetitionPenalty is 0; it must be a number above 0',
  );
  expect(thrownMessage(() => encoderRepetitionPenalty(NaN))).toBe(
    'sampling: encoderRepetitionPenalty is NaN; it must be a number above 0',
  );
  expect(thrownMessage(() => encoderRepetitionPenalty(2)(row(), contextOf([1])))).toBe(
    'sampling: encoderRepetitionPenalty needs context.encoderTokens, the ids that the encoder read',
  );
});

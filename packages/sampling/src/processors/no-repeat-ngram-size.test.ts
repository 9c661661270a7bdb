import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allowedIds, contextOf } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { encoderNoRepeatNgramSize, noRepeatNgramSize } from './no-repeat-ngram-size.js';

const vocab = 5;
const tokens = fc.array(fc.nat({ max: vocab - 1 }), { maxLength: 17 });
const runs = (list: readonly number[], size: number) =>
  Array.from({ length: Math.max(0, list.length - size + 1) }, (_, i) => list.slice(i, i + size).join());

test('a token is suppressed exactly when it would repeat an n-gram', () => {
  fc.assert(
    fc.property(tokens, fc.integer({ min: 1, max: 4 }), (list, size) => {
      const expected = [...Array(vocab).keys()].filter(
        id => list.length < size - 1 || !runs(list, size).includes([...list, id].slice(-size).join()),
      );
      expect(allowedIds(noRepeatNgramSize(size)(new Float32Array(vocab), contextOf(list)))).toEqual(expected);
    }),
  );
});

test('a token is suppressed exactly when it would complete an n-gram that the encoder read', () => {
  fc.assert(
    fc.property(tokens, tokens, fc.integer({ min: 1, max: 4 }), (list, encoderTokens, size) => {
      const expected = [...Array(vocab).keys()].filter(
        id => list.length < size - 1 || !runs(encoderTokens, size).includes([...list, id].slice(-size).join()),
      );
      const context = { ...contextOf(list), encoderTokens };
      expect(allowedIds(encoderNoRepeatNgramSize(size)(new Float32Array(vocab), context))).toEqual(expected);
    }),
  );
});

test('errors name the missing context or the value out of range', () => {
  const whole = 'it must be a whole number, 1 or more';
  expect(thrownMessage(() => noRepeatNgramSize(0))).toBe(`sampling: noRepeatNgramSize is 0; ${whole}`);
  expect(thrownMessage(() => encoderNoRepeatNgramSize(1.5))).toBe(
    `sampling: encoderNoRepeatNgramSize is 1.5; ${whole}`,
  );
  expect(thrownMessage(() => encoderNoRepeatNgramSize(2)(new Float32Array(5), contextOf([1])))).toBe(
    'sampling: encoderNoRepeatNgramSize needs context.encoderTokens, the ids that the encoder read',
  );
});

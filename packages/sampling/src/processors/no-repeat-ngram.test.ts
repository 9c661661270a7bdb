import fc from 'fast-check';
import { expect, test } from 'vitest';
import { after, kept } from '../../test/rows.js';
import { thrown } from '../../test/thrown.js';
import { encoderNoRepeatNgram, noRepeatNgram } from './no-repeat-ngram.js';

const vocab = 5;
const tokens = fc.array(fc.nat({ max: vocab - 1 }), { maxLength: 17 });
const runs = (list: readonly number[], size: number) =>
  Array.from({ length: Math.max(0, list.length - size + 1) }, (_, i) => list.slice(i, i + size).join());

test('a token goes exactly when it would write a run a second time', () => {
  fc.assert(
    fc.property(tokens, fc.integer({ min: 1, max: 4 }), (list, size) => {
      const expected = [...Array(vocab).keys()].filter(
        id => list.length < size - 1 || !runs(list, size).includes([...list, id].slice(-size).join()),
      );
      expect(kept(noRepeatNgram(size)(new Float32Array(vocab), after(list)))).toEqual(expected);
    }),
  );
});

test('a token goes exactly when it would write a run that the encoder read', () => {
  fc.assert(
    fc.property(tokens, tokens, fc.integer({ min: 1, max: 4 }), (list, encoderTokens, size) => {
      const expected = [...Array(vocab).keys()].filter(
        id => list.length < size - 1 || !runs(encoderTokens, size).includes([...list, id].slice(-size).join()),
      );
      const context = { ...after(list), encoderTokens };
      expect(kept(encoderNoRepeatNgram(size)(new Float32Array(vocab), context))).toEqual(expected);
    }),
  );
});

test('errors say what is missing or unfit', () => {
  const whole = 'it must be a whole number from 1 on';
  expect(thrown(() => noRepeatNgram(0))).toBe(`sampling: noRepeatNgram is 0; ${whole}`);
  expect(thrown(() => encoderNoRepeatNgram(1.5))).toBe(`sampling: encoderNoRepeatNgram is 1.5; ${whole}`);
  expect(thrown(() => encoderNoRepeatNgram(2)(new Float32Array(5), after([1])))).toBe(
    'sampling: encoderNoRepeatNgram needs context.encoderTokens, the ids that the encoder read',
  );
});

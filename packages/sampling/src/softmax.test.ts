import fc from 'fast-check';
import { expect, test } from 'vitest';
import { thrownMessage } from '../test/thrown.js';
import { maximum, meanLogit, softmax } from './softmax.js';

const logits = fc.array(fc.float({ min: -200, max: 200, noNaN: true }), { minLength: 1, maxLength: 23 });

test('values are exp(logit - max) to 6e-11, and 0 below 3e-19', () => {
  for (let x = 0; x > -46; x -= 0.000917) {
    const { unnormalized } = softmax(Float32Array.of(0, x));
    const exact = Math.exp(Math.fround(x));
    if (x > -43) expect(Math.abs(unnormalized[1]! / exact - 1)).toBeLessThan(6e-11);
    else expect(unnormalized[1]).toBe(0);
  }
});

test('sum, logSumExp, the expected logit and the entropy equal softmax in float64', () => {
  fc.assert(
    fc.property(logits, values => {
      const row = Float32Array.from(values);
      const distribution = softmax(row);
      const max = Math.max(...row);
      const sum = row.reduce((all, logit) => all + Math.exp(logit - max), 0);
      const logProbabilities = [...row].map(logit => logit - max - Math.log(sum));
      const entropy = -logProbabilities.reduce((all, log) => all + Math.exp(log) * log, 0);
      expect(distribution.max).toBe(max);
      expect(distribution.sum).toBeCloseTo(sum, 8);
      expect(distribution.logSumExp).toBeCloseTo(max + Math.log(sum), 8);
      expect(distribution.logSumExp - meanLogit(row, distribution)).toBeCloseTo(entropy, 6);
    }),
  );
});

test('suppressed tokens have probability 0 and do not disturb the expected logit', () => {
  const row = Float32Array.of(-Infinity, 1, -Infinity, 1);
  const distribution = softmax(row);
  expect([...distribution.unnormalized.subarray(0, 4)]).toEqual([0, 1, 0, 1]);
  expect(meanLogit(row, distribution)).toBe(1);
});

test('the maximum is found at any index of a row of any length', () => {
  for (let length = 1; length <= 13; length++) {
    for (let place = 0; place < length; place++) {
      const row = new Float32Array(length).fill(-7);
      row[place] = -5;
      expect(maximum(row)).toBe(-5);
    }
  }
  expect(maximum(new Float32Array(3).fill(-Infinity))).toBe(-Infinity);
});

test('a row from which no token can be chosen is refused with the reason', () => {
  const refusal = (...row: number[]) => thrownMessage(() => softmax(Float32Array.from(row)));
  expect(refusal(1, 2, NaN, 4, 5)).toBe('sampling: logits[2] is NaN; a logit is a finite number or -Infinity');
  expect(refusal(NaN)).toBe('sampling: logits[0] is NaN; a logit is a finite number or -Infinity');
  expect(refusal(1, Infinity, 3)).toBe('sampling: logits[1] is Infinity; a logit is a finite number or -Infinity');
  const none = 'tokens can be chosen; one logit must be above -Infinity';
  expect(refusal(-Infinity, -Infinity)).toBe(`sampling: none of 2 ${none}`);
  expect(refusal()).toBe(`sampling: none of 0 ${none}`);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allowedIds, contextOf, distinctRows, softmaxInFloat64 } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { minP } from './min-p.js';

test('tokens less likely than the share of the most likely one go', () => {
  fc.assert(
    fc.property(distinctRows, fc.double({ min: 0.001, max: 1, noNaN: true }), (row, share) => {
      const probabilities = softmaxInFloat64(row);
      const least = share * Math.max(...probabilities);
      fc.pre(probabilities.every(p => p === Math.max(...probabilities) || Math.abs(p / least - 1) > 1e-6));
      expect(allowedIds(minP(share)(row, contextOf()))).toEqual(
        [...row.keys()].filter(id => probabilities[id]! >= least),
      );
    }),
  );
});

test('0 keeps all, 1 keeps the most likely', () => {
  expect(allowedIds(minP(0)(Float32Array.of(1, 5, -100, 5), contextOf()))).toEqual([0, 1, 2, 3]);
  expect(allowedIds(minP(1)(Float32Array.of(1, 5, -100, 5), contextOf()))).toEqual([1, 3]);
});

test.each([-0.1, 1.5, NaN])('minP %s is refused', share => {
  expect(thrownMessage(() => minP(share))).toBe(`sampling: minP is ${share}; it must be from 0 to 1`);
});

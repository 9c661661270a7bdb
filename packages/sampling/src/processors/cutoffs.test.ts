import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allowedIds, contextOf, distinctRows, entropyOf, softmaxInFloat64 } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { epsilonCutoff, etaCutoff } from './cutoffs.js';

const epsilons = fc.double({ min: 0.0001, max: 0.9, noNaN: true });

/** Ids of the tokens at least as likely as `cutoff`, in float64; at least the most likely one. */
function likely(row: Float32Array, cutoff: (probabilities: number[]) => number): number[] {
  const probabilities = softmaxInFloat64(row);
  const least = Math.min(cutoff(probabilities), Math.max(...probabilities));
  fc.pre(probabilities.every(p => p === least || Math.abs(p / least - 1) > 1e-6));
  return [...row.keys()].filter(id => probabilities[id]! >= least);
}

test('epsilonCutoff keeps tokens of that probability, at least one', () => {
  fc.assert(
    fc.property(distinctRows, epsilons, (row, epsilon) => {
      expect(allowedIds(epsilonCutoff(epsilon)(row, contextOf()))).toEqual(likely(row, () => epsilon));
    }),
  );
  expect(allowedIds(epsilonCutoff(0.9)(Float32Array.of(1, 2, 0), contextOf()))).toEqual([1]);
});

test('etaCutoff lowers the cutoff where the entropy is high', () => {
  fc.assert(
    fc.property(distinctRows, epsilons, (row, epsilon) => {
      const cutoff = (p: number[]) => Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-entropyOf(p)));
      expect(allowedIds(etaCutoff(epsilon)(row, contextOf()))).toEqual(likely(row, cutoff));
    }),
  );
});

test.each([0, 1, -1, NaN])('epsilon %s is refused', epsilon => {
  const text = `is ${epsilon}; it must be above 0 and below 1`;
  expect(thrownMessage(() => epsilonCutoff(epsilon))).toBe(`sampling: epsilonCutoff ${text}`);
  expect(thrownMessage(() => etaCutoff(epsilon))).toBe(`sampling: etaCutoff ${text}`);
});

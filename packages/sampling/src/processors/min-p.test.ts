import fc from 'fast-check';
import { expect, test } from 'vitest';
import { after, distinctRows, kept, softmax } from '../../test/rows.js';
import { thrown } from '../../test/thrown.js';
import { minP } from './min-p.js';

test('tokens less likely than the share of the most likely one go', () => {
  fc.assert(
    fc.property(distinctRows, fc.double({ min: 0.001, max: 1, noNaN: true }), (row, share) => {
      const probabilities = softmax(row);
      const least = share * Math.max(...probabilities);
      fc.pre(probabilities.every(p => p === Math.max(...probabilities) || Math.abs(p / least - 1) > 1e-6));
      expect(kept(minP(share)(row, after()))).toEqual([...row.keys()].filter(id => probabilities[id]! >= least));
    }),
  );
});

test('0 keeps all, 1 keeps the most likely', () => {
  expect(kept(minP(0)(Float32Array.of(1, 5, -100, 5), after()))).toEqual([0, 1, 2, 3]);
  expect(kept(minP(1)(Float32Array.of(1, 5, -100, 5), after()))).toEqual([1, 3]);
});

test.each([-0.1, 1.5, NaN])('minP %s is refused', share => {
  expect(thrown(() => minP(share))).toBe(`sampling: minP is ${share}; it must be from 0 to 1`);
});

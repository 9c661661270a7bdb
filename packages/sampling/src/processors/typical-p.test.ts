import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allowedIds, contextOf, distinctRows, entropyOf, softmaxInFloat64 } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { typicalP } from './typical-p.js';

test('the most typical tokens stay until they reach the probability, in float64', () => {
  fc.assert(
    fc.property(distinctRows, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (row, mass) => {
      const probabilities = softmaxInFloat64(row);
      const entropy = entropyOf(probabilities);
      const oddness = probabilities.map(p => Math.abs(-Math.log(p) - entropy));
      const sorted = [...row.keys()].sort((a, b) => oddness[a]! - oddness[b]!);
      // No ties but for rounding.
      fc.pre(sorted.every((id, i) => i === 0 || oddness[id]! - oddness[sorted[i - 1]!]! > 1e-6));
      let sum = 0;
      const expected = sorted.filter(id => {
        fc.pre(Math.abs(sum - mass) > 1e-9);
        const stays = sum < mass;
        sum += probabilities[id]!;
        return stays;
      });
      expect(allowedIds(typicalP(mass)(row, contextOf()))).toEqual(expected.sort((a, b) => a - b));
    }),
    { numRuns: 500 },
  );
});

test('the most likely token may go, and equally typical tokens stay together', () => {
  const row = Float32Array.from([0.3, 0.14, 0.14, 0.14, 0.14, 0.14], Math.log);
  expect(allowedIds(typicalP(0.2)(row, contextOf()))).toEqual([1, 2, 3, 4, 5]);
});

test('suppressed tokens stay suppressed; 1 keeps all', () => {
  expect(allowedIds(typicalP(0.9)(Float32Array.of(-Infinity, 2, 2, -Infinity), contextOf()))).toEqual([1, 2]);
  expect(allowedIds(typicalP(1)(Float32Array.of(-Infinity, 2, -90, 1), contextOf()))).toEqual([1, 2, 3]);
});

test.each([0, 1.01, NaN])('typicalP %s is refused', mass => {
  expect(thrownMessage(() => typicalP(mass))).toBe(`sampling: typicalP is ${mass}; it must be above 0 and at most 1`);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allowedIds, contextOf, distinctRows, entropyOf, softmaxInFloat64 } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { topH } from './top-h.js';

/** The rule in float64, of the 100 most likely tokens. */
function expected(row: Float32Array, share: number): number[] {
  const ids = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b).slice(0, 100);
  const probabilities = softmaxInFloat64(ids.map(id => row[id]!));
  const limit = share * entropyOf(probabilities);
  let sum = 0;
  return ids.filter((_, rank) => {
    sum += entropyOf([probabilities[rank]!]);
    fc.pre(Math.abs(sum - limit) > 1e-9);
    return rank === 0 || sum <= limit;
  });
}

test('the most likely tokens stay within their share of the entropy', () => {
  fc.assert(
    fc.property(distinctRows, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (row, share) => {
      expect(allowedIds(topH(share)(row, contextOf()))).toEqual(expected(row, share).sort((a, b) => a - b));
    }),
  );
});

test('only the 100 most likely tokens count', () => {
  const row = Float32Array.from({ length: 211 }, (_, id) => -((id * 97) % 211) / 100);
  const ids = allowedIds(topH(0.9)(row, contextOf()));
  expect(ids).toEqual(expected(row, 0.9).sort((a, b) => a - b));
  expect(ids.length).toBeGreaterThan(50);
});

test('kept logits are unchanged; the most likely token always stays', () => {
  expect([...topH(0.01)(Float32Array.of(1, 5, -Infinity, 4), contextOf())]).toEqual([
    -Infinity,
    5,
    -Infinity,
    -Infinity,
  ]);
});

test.each([0, 1.5, NaN])('topH %s is refused', share => {
  expect(thrownMessage(() => topH(share))).toBe(`sampling: topH is ${share}; it must be above 0 and at most 1`);
});

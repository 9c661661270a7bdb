import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allowedIds, contextOf, rows, softmaxInFloat64 } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { topP } from './top-p.js';

const logits = (...probabilities: number[]) => Float32Array.from(probabilities, Math.log);

test('the fewest most likely tokens that reach the share stay', () => {
  const row = logits(0.1, 0.4, 0.05, 0.3, 0.15);
  expect(allowedIds(topP(0.39)(row, contextOf()))).toEqual([1]);
  expect(allowedIds(topP(0.41)(row, contextOf()))).toEqual([1, 3]);
  expect(allowedIds(topP(0.69)(row, contextOf()))).toEqual([1, 3]);
  expect(allowedIds(topP(0.71)(row, contextOf()))).toEqual([1, 3, 4]);
  expect(allowedIds(topP(1e-20)(row, contextOf()))).toEqual([1]);
});

test('of equally likely tokens those with lower ids stay', () => {
  expect(allowedIds(topP(0.5)(new Float32Array(8), contextOf()))).toEqual([0, 1, 2, 3]);
  expect(allowedIds(topP(0.6)(logits(0.1, 0.35, 0.1, 0.35, 0.1), contextOf()))).toEqual([1, 3]);
});

test('topP 1 keeps all', () => {
  const row = logits(0.1, 0.4, 1e-30, 0.3, 0.15);
  expect([...topP(1)(row, contextOf())]).toEqual([...row]);
});

test('the nucleus is a prefix of the sorted probabilities, in float64', () => {
  fc.assert(
    fc.property(rows, fc.double({ min: 0.001, max: 0.9999, noNaN: true }), (row, share) => {
      const probabilities = softmaxInFloat64(row);
      const sorted = allowedIds(row).sort((a, b) => row[b]! - row[a]! || a - b);
      let before = 0;
      const expected = sorted.filter(id => {
        fc.pre(Math.abs(before - share) > 1e-9); // on the edge rounding decides
        const stays = before < share;
        before += probabilities[id]!;
        return stays;
      });
      expect(allowedIds(topP(share)(row, contextOf()))).toEqual(expected.sort((a, b) => a - b));
    }),
    { numRuns: 500 },
  );
});

test.each([0, -0.5, 1.01, NaN])('topP %s is refused', share => {
  expect(thrownMessage(() => topP(share))).toBe(`sampling: topP is ${share}; it must be above 0 and at most 1`);
});

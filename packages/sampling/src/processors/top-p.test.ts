import fc from 'fast-check';
import { expect, test } from 'vitest';
import { after, kept, rows, softmax } from '../../test/rows.js';
import { thrown } from '../../test/thrown.js';
import { topP } from './top-p.js';

const logits = (...probabilities: number[]) => Float32Array.from(probabilities, Math.log);

test('the fewest most likely tokens stay that reach the share', () => {
  const row = logits(0.1, 0.4, 0.05, 0.3, 0.15);
  expect(kept(topP(0.39)(row, after()))).toEqual([1]);
  expect(kept(topP(0.41)(row, after()))).toEqual([1, 3]);
  expect(kept(topP(0.69)(row, after()))).toEqual([1, 3]);
  expect(kept(topP(0.71)(row, after()))).toEqual([1, 3, 4]);
  expect(kept(topP(1e-20)(row, after()))).toEqual([1]);
});

test('of equal tokens those with the lower ids stay', () => {
  expect(kept(topP(0.5)(new Float32Array(8), after()))).toEqual([0, 1, 2, 3]);
  expect(kept(topP(0.6)(logits(0.1, 0.35, 0.1, 0.35, 0.1), after()))).toEqual([1, 3]);
});

test('topP 1 keeps all', () => {
  const row = logits(0.1, 0.4, 1e-30, 0.3, 0.15);
  expect([...topP(1)(row, after())]).toEqual([...row]);
});

test('what stays is a walk down the sorted probabilities, in float64', () => {
  fc.assert(
    fc.property(rows, fc.double({ min: 0.001, max: 0.9999, noNaN: true }), (row, share) => {
      const probabilities = softmax(row);
      const sorted = kept(row).sort((a, b) => row[b]! - row[a]! || a - b);
      let before = 0;
      const expected = sorted.filter(id => {
        fc.pre(Math.abs(before - share) > 1e-9); // on the edge rounding decides
        const stays = before < share;
        before += probabilities[id]!;
        return stays;
      });
      expect(kept(topP(share)(row, after()))).toEqual(expected.sort((a, b) => a - b));
    }),
    { numRuns: 500 },
  );
});

test.each([0, -0.5, 1.01, NaN])('topP %s is refused', share => {
  expect(thrown(() => topP(share))).toBe(`sampling: topP is ${share}; it must be above 0 and at most 1`);
});

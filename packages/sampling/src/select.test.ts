import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rows } from '../test/rows.js';
import { selectNearest, topIndices } from './select.js';
import { softmax } from './softmax.js';

test('topIndices returns the largest first, ties by lowest index', () => {
  fc.assert(
    fc.property(rows, fc.nat({ max: 67 }), (row, count) => {
      const sorted = [...row.keys()].sort((a, b) => (row[a] === row[b] ? a - b : row[b]! - row[a]!));
      expect(topIndices(row, count)).toEqual(sorted.slice(0, count));
    }),
  );
});

test('selectNearest stops where a sum over the sorted distances stops', () => {
  fc.assert(
    fc.property(
      rows,
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      fc.float({ min: -9, max: 9, noNaN: true }),
      (row, share, shift) => {
        const { unnormalized, sum, max } = softmax(row);
        const origin = max + shift;
        const distance = (id: number) => Math.abs(row[id]! - origin);
        const ids = [...row.keys()]
          .filter(id => unnormalized[id]! > 0)
          .sort((a, b) => distance(a) - distance(b) || a - b);
        let walked = 0;
        const id = ids.find(id => (walked += unnormalized[id]!) >= share * sum);
        fc.pre(Math.abs(walked - share * sum) > 1e-12 * sum); // on the edge rounding decides
        expect(selectNearest(row, origin, 60, unnormalized, share * sum)).toEqual({ id, distance: distance(id!) });
      },
    ),
    { numRuns: 500 },
  );
});

test('selectNearest ends at the last entry when the limit is out of reach', () => {
  const row = Float32Array.of(3, 1, 2, -Infinity);
  const { unnormalized } = softmax(row);
  expect(selectNearest(row, 3, 43, unnormalized, 99)).toEqual({ id: 1, distance: 2 });
});

test('a row of 50,257 equal logits works too', () => {
  const row = new Float32Array(50257).fill(-100);
  const { unnormalized, sum } = softmax(row);
  expect(selectNearest(row, -100, 43, unnormalized, 0.5 * sum)).toEqual({ id: 25128, distance: 0 });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allowedIds, contextOf, rows } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { topK } from './top-k.js';

test('the k largest logits stay, and all that equal the smallest of them', () => {
  expect(allowedIds(topK(2)(Float32Array.of(1, 5, 3, 4), contextOf()))).toEqual([1, 3]);
  expect(allowedIds(topK(2)(Float32Array.of(4, 5, 4, 4), contextOf()))).toEqual([0, 1, 2, 3]);
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 70 }), (row, count) => {
      const threshold = Array.from(row).sort((a, b) => b - a)[Math.min(count, row.length) - 1]!;
      expect([...topK(count)(row, contextOf())]).toEqual(
        Array.from(row, logit => (logit < threshold ? -Infinity : logit)),
      );
    }),
  );
});

test.each([0, -1, 2.5, NaN])('topK %s is refused', count => {
  expect(thrownMessage(() => topK(count))).toBe(`sampling: topK is ${count}; it must be a whole number, 1 or more`);
});

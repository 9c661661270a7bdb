import fc from 'fast-check';
import { expect, test } from 'vitest';
import { after, rows, softmax } from '../../test/rows.js';
import { renormalize } from './renormalize.js';

test('logits become log-probabilities', () => {
  fc.assert(
    fc.property(rows, row => {
      const result = renormalize()(row, after());
      for (const [id, probability] of softmax(row).entries()) {
        if (row[id] === -Infinity) expect(result[id]).toBe(-Infinity);
        else expect(Math.abs(result[id]! - Math.log(probability))).toBeLessThan(1e-5);
      }
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contextOf, rows, softmaxInFloat64 } from '../../test/rows.js';
import { renormalizeLogits } from './renormalize-logits.js';

test('logits become log-probabilities', () => {
  fc.assert(
    fc.property(rows, row => {
      const result = renormalizeLogits()(row, contextOf());
      for (const [id, probability] of softmaxInFloat64(row).entries()) {
        if (row[id] === -Infinity) expect(result[id]).toBe(-Infinity);
        else expect(Math.abs(result[id]! - Math.log(probability))).toBeLessThan(1e-5);
      }
    }),
  );
});

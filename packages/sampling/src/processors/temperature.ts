import { expectNumber } from '../errors.js';
import { type Processor, processor } from '../processor.js';
import { maximum } from '../softmax.js';
import { keepAbove } from './top-k.js';

/**
 * Divides the logits [vocab] by `value`: below 1 makes the distribution sharper, above 1 flatter. 0 and all values
 * under 1e-30 are the greedy limit: only the largest logit stays, ties by lowest id. Throws if `value` is below 0 or
 * NaN.
 */
export function temperature(value: number): Processor {
  expectNumber(value >= 0 && value < Infinity, 'temperature', value, '0 (greedy) or more');
  return processor(row => {
    if (value > 1e-30) {
      for (let id = 0; id < row.length; id++) row[id]! /= value;
    } else {
      const max = maximum(row);
      keepAbove(row, max, row.indexOf(max));
    }
  });
}

import { expectInteger } from '../errors.js';
import { type Processor, processor } from '../processor.js';
import { topIndices } from '../select.js';

/**
 * Keeps the `count` largest logits [vocab] and all that equal the smallest of them (Fan et al. 2018, arXiv:1805.04833).
 * Throws if `count` is not a whole number, 1 or more.
 */
export function topK(count: number): Processor {
  expectInteger('topK', count, 1);
  return processor(row => {
    if (count < row.length) keepAbove(row, row[topIndices(row, count)[count - 1]!]!);
  });
}

/** Suppresses every logit of a row [vocab] below `threshold`, and those equal to it after index `last`. */
export function keepAbove(row: Float32Array, threshold: number, last = row.length): void {
  for (let id = 0; id < row.length; id++) {
    if (row[id]! < threshold || (id > last && row[id] === threshold)) row[id] = -Infinity;
  }
}

import { expectInteger } from '../errors.js';
import { type Processor, processor } from '../processor.js';
import { topIndices } from '../select.js';

/**
 * Keeps the `count` largest logits [vocab] and all that equal the last of them (Fan et al. 2018, arXiv:1805.04833). Throws when
 * `count` is not a whole number from 1 on.
 */
export function topK(count: number): Processor {
  expectInteger('topK', count, 1);
  return processor(row => {
    if (count < row.length) keepAbove(row, row[topIndices(row, count)[count - 1]!]!);
  });
}

/** Suppresses every logit of a row [vocab] below `least`, and those equal to it after index `last`. */
export function keepAbove(row: Float32Array, threshold: number, last = row.length): void {
  for (let id = 0; id < row.length; id++) {
    if (row[id]! < threshold || (id > last && row[id] === threshold)) row[id] = -Infinity;
  }
}

import { expectNumber } from '../errors.js';
import { type Processor, processor } from '../processor.js';
import { topIndices } from '../select.js';
import { meanLogit, softmax } from '../softmax.js';

/**
 * Top-H: keeps the most likely tokens while the sum of their terms -p log p is at most `share` of the entropy, both
 * over the 100 most likely tokens (Potraghloo et al. 2025, arXiv:2509.02510). The most likely token always stays.
 * Logits [vocab] to logits [vocab]; throws if `share` is outside (0, 1].
 */
export function topH(share: number): Processor {
  expectNumber(share > 0 && share <= 1, 'topH', share, 'above 0 and at most 1');
  return processor(row => {
    const ids = topIndices(row, 100);
    const logits = Float32Array.from(ids, id => row[id]!); // sorted, [min(100, vocab)]
    const distribution = softmax(logits);
    const limit = share * (distribution.logSumExp - meanLogit(logits, distribution));
    row.fill(-Infinity);
    let sum = 0;
    for (const [rank, logit] of logits.entries()) {
      sum += (distribution.unnormalized[rank]! / distribution.sum) * (distribution.logSumExp - logit);
      if (rank > 0 && !(sum <= limit)) break;
      row[ids[rank]!] = logit;
    }
  });
}

import { expectNumber } from '../errors.js';
import { type Processor, processor } from '../processor.js';
import { selectNearest } from '../select.js';
import { meanLogit, softmax } from '../softmax.js';

/**
 * Typical sampling: keeps the tokens whose surprise -log p is nearest to the entropy, until their probabilities add up
 * to `mass` (Meister et al. 2022, arXiv:2202.00666). Logits [vocab] to logits [vocab]; throws if `mass` is outside (0,
 * 1].
 */
export function typicalP(mass: number): Processor {
  expectNumber(mass > 0 && mass <= 1, 'typicalP', mass, 'above 0 and at most 1');
  return processor(row => {
    if (mass === 1) return;
    const distribution = softmax(row);
    const mean = meanLogit(row, distribution); // |surprise - entropy| = |(logSumExp - logit) - (logSumExp - mean)|
    const { distance } = selectNearest(row, mean, 43, distribution.unnormalized, mass * distribution.sum);
    for (let id = 0; id < row.length; id++) if (Math.abs(row[id]! - mean) > distance) row[id] = -Infinity;
  });
}

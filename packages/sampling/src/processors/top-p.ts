import { expectNumber } from '../errors.js';
import { type Processor, processor } from '../processor.js';
import { selectNearest } from '../select.js';
import { softmax } from '../softmax.js';
import { keepAbove } from './top-k.js';

/**
 * Nucleus sampling: keeps the fewest most likely tokens whose probabilities add up to `share`, ties by lowest id
 * (Holtzman et al. 2020, arXiv:1904.09751). Logits [vocab] to logits [vocab]; throws if `share` is outside (0, 1].
 */
export function topP(share: number): Processor {
  expectNumber(share > 0 && share <= 1, 'topP', share, 'above 0 and at most 1');
  return processor(row => {
    if (share === 1) return;
    const { unnormalized, sum, max } = softmax(row);
    // Tokens below max - reach are outside the nucleus, even all together.
    const reach = 1 + Math.log(row.length / ((1 - share) * sum));
    const last = selectNearest(row, max, Math.min(reach, 43), unnormalized, share * sum);
    keepAbove(row, row[last.id]!, last.id);
  });
}

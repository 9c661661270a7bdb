import { expectNumber } from '../errors.js';
import { type Processor, processor } from '../processor.js';
import { maximum } from '../softmax.js';
import { keepAbove } from './top-k.js';

/**
 * Keeps tokens at least `share` times as likely as the most likely one: logit ≥ max + log share (Nguyen et al. 2024,
 * arXiv:2407.01082). Logits [vocab] to logits [vocab]; throws if `share` is outside [0, 1].
 */
export function minP(share: number): Processor {
  expectNumber(share >= 0 && share <= 1, 'minP', share, 'from 0 to 1');
  return processor(row => keepAbove(row, maximum(row) + Math.log(share)));
}

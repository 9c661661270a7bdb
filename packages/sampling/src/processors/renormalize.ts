import { type Processor, processor } from '../processor.js';
import { weigh } from '../weigh.js';

/** Logits to log-probabilities, [vocab] to [vocab]: logit - log Σ exp(logit). Changes no sample, only what beams add up. */
export const renormalize = (): Processor =>
  processor(row => {
    const { logSum } = weigh(row);
    for (let id = 0; id < row.length; id++) row[id]! -= logSum;
  });

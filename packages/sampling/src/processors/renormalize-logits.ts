import { type Processor, processor } from '../processor.js';
import { softmax } from '../softmax.js';

/** Logits to log-probabilities, [vocab] to [vocab]: logit - log Σ exp(logit). Changes no sample, only what beams add up. */
export const renormalizeLogits = (): Processor =>
  processor(row => {
    const { logSumExp } = softmax(row);
    for (let id = 0; id < row.length; id++) row[id]! -= logSumExp;
  });

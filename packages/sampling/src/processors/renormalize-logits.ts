import { type Processor, processor } from '../processor.js';
import { softmax } from '../softmax.js';

/** Logits [vocab] to log-probabilities [vocab]: logit - log Σ exp(logit). Changes the scores of beams, not a sample. */
export const renormalizeLogits = (): Processor =>
  processor(row => {
    const { logSumExp } = softmax(row);
    for (let id = 0; id < row.length; id++) row[id]! -= logSumExp;
  });

import { expectNumber } from '../errors.js';
import { type Processor, processor } from '../processor.js';
import { meanLogit, type Softmax, softmax } from '../softmax.js';
import { keepAbove } from './top-k.js';

/** Keeps tokens of probability `cutoff(row, softmax)` or more, and always the most likely one. */
const cutOff = (
  name: string,
  epsilon: number,
  cutoff: (row: Float32Array, distribution: Softmax) => number,
): Processor => {
  expectNumber(epsilon > 0 && epsilon < 1, name, epsilon, 'above 0 and below 1');
  return processor(row => {
    const distribution = softmax(row);
    const threshold = distribution.logSumExp + Math.log(cutoff(row, distribution));
    keepAbove(row, Math.min(distribution.max, threshold));
  });
};

/**
 * Epsilon sampling: keeps tokens of probability `epsilon` or more, and always the most likely one (Hewitt et al. 2022,
 * arXiv:2210.15191). Logits [vocab] to logits [vocab]; throws if `epsilon` is outside (0, 1).
 */
export const epsilonCutoff = (epsilon: number): Processor => cutOff('epsilonCutoff', epsilon, () => epsilon);

/**
 * Eta sampling: `epsilonCutoff` with the cutoff min(epsilon, √epsilon · exp(-entropy)), so that a flat distribution
 * keeps more tokens (Hewitt et al. 2022, arXiv:2210.15191). Logits [vocab] to logits [vocab]; throws if `epsilon` is
 * outside (0, 1).
 */
export const etaCutoff = (epsilon: number): Processor =>
  cutOff('etaCutoff', epsilon, (row, distribution) => {
    const entropy = distribution.logSumExp - meanLogit(row, distribution);
    return Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-entropy));
  });

import type { Scope } from '@residual/layers';
import { isTensor, ResidualError, type Tensor } from '@residual/tensor';
import { isThenable } from './batches.js';

/**
 * The function to minimize: the mean loss of a batch as a tensor of shape [], computed with ops of `@residual/tensor`.
 */
export type Loss<Tree, Batch> = (weights: Tree, batch: Batch, scope: Scope) => Tensor;

/** A loss with the number of tokens of a batch. */
export interface Objective<Tree, Batch> {
  /** The mean loss of a batch. */
  readonly loss: Loss<Tree, Batch>;
  /**
   * The number of tokens that the mean loss of a batch covers: the weight of the batch in accumulation and evaluation.
   */
  readonly tokens?: (batch: Batch) => number;
}

/**
 * A loss or an objective as an objective whose loss is checked. Errors if the loss does not return a tensor, such as a
 * promise.
 */
export function objectiveOf<Tree, Batch>(
  name: string,
  lossOrObjective: Loss<Tree, Batch> | Objective<Tree, Batch>,
): Objective<Tree, Batch> {
  const objective: Objective<Tree, Batch> =
    typeof lossOrObjective === 'function' ? { loss: lossOrObjective } : lossOrObjective;
  const refuse = (what: string): never => {
    throw new ResidualError('loss', `${name}: ${what}`);
  };
  if (typeof objective.loss !== 'function')
    refuse('loss is neither a function nor an objective, such as languageModelLoss(model) gives');
  return {
    ...(objective.tokens && { tokens: batch => objective.tokens!(batch) }),
    loss: (weights, batch, scope) => {
      const value: unknown = objective.loss(weights, batch, scope);
      if (isTensor(value)) return value;
      if (!isThenable(value)) return refuse(`the loss gave ${value}; it must give a tensor that holds one number`);
      value.then(undefined, () => {});
      return refuse(
        'the loss gave a promise; it must give a tensor at once: await what it needs where batches are made',
      );
    },
  };
}

import type { Scope } from '@residual/layers';
import type { Tensor } from '@residual/tensor';

/** What is made small: the mean loss of a batch, a number, computed with the ops of `@residual/tensor`. */
export type Loss<Tree, Batch> = (weights: Tree, batch: Batch, scope: Scope) => Tensor;

/** A loss that also says how much a batch counts. */
export interface Objective<Tree, Batch> {
  readonly loss: Loss<Tree, Batch>;
  /** How many tokens of a batch the loss is the mean of: batches that are accumulated or evaluated together count by it. */
  readonly tokens?: (batch: Batch) => number;
}

/** A loss alone, or with what a batch counts, as an objective. */
export function objectiveOf<Tree, Batch>(given: Loss<Tree, Batch> | Objective<Tree, Batch>): Objective<Tree, Batch> {
  return typeof given === 'function' ? { loss: given } : given;
}

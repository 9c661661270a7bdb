import type { Tensor } from '@residual/tensor';

/** The state of an optimizer for one weight: tensors by name, each of the weight's shape. */
export type OptimizerState = Readonly<Record<string, Tensor>>;

/**
 * The update rule of weights. It holds no state itself: the caller keeps the optimizer state of each weight under the
 * weight's path.
 */
export interface Optimizer {
  readonly name: string;
  /** The names of the state tensors of a weight; each starts as zeros. */
  readonly stateNames: (path: string, shape: readonly number[]) => readonly string[];
  /**
   * The scalars of one update, from the learning rate and the number of this weight's update, counted from 1. `update`
   * gets them as tensors of shape [].
   */
  readonly scalars: (learningRate: number, update: number) => Readonly<Record<string, number>>;
  /** Returns the weight and the optimizer state after one update. It runs inside a `tidy`. */
  readonly update: (input: UpdateInput) => { readonly weight: Tensor; readonly optimizerState: OptimizerState };
}

/** The inputs of one update. */
export interface UpdateInput {
  readonly path: string;
  readonly weight: Tensor;
  readonly gradient: Tensor;
  readonly optimizerState: OptimizerState;
  readonly scalars: Readonly<Record<string, Tensor>>;
}

/** Selects weights by path and shape, such as those that decay. */
export type WeightFilter = (path: string, shape: readonly number[]) => boolean;

/** Selects matrices, not biases or the scales of norms: the weight decay of GPT-2 and its successors. */
export const onlyMatrices: WeightFilter = (_path, shape) => shape.length >= 2;

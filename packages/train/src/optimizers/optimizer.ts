import { ResidualError, type Tensor } from '@residual/tensor';

/** Tensors by name: what an optimizer remembers of one weight, each of the weight's shape. */
export type OptimizerState = Readonly<Record<string, Tensor>>;

/** How weights follow their gradients. It holds no state: what it remembers of each weight is kept by who uses it, under the weight's path. */
export interface Optimizer {
  readonly name: string;
  /** Names of what it remembers of a weight; each begins as zeros. */
  readonly stateNames: (path: string, shape: readonly number[]) => readonly string[];
  /** The numbers of one update: the learning rate, and the how-manieth update of this weight it is, from 1. They reach `update` as tensors of shape []. */
  readonly scalars: (learningRate: number, update: number) => Readonly<Record<string, number>>;
  /** The weight and the memory after one update; runs in a `tidy`. */
  readonly update: (given: UpdateInput) => { readonly weight: Tensor; readonly memory: OptimizerState };
}

/** What one update reads. */
export interface UpdateInput {
  readonly path: string;
  readonly weight: Tensor;
  readonly gradient: Tensor;
  readonly optimizerState: OptimizerState;
  readonly scalars: Readonly<Record<string, Tensor>>;
}

/** Which weights decay, by path and shape. */
export type WeightFilter = (path: string, shape: readonly number[]) => boolean;

/** Matrices decay, biases and the scales of norms do not: what GPT-2 and its followers were trained with. */
export const onlyMatrices: WeightFilter = (_path, shape) => shape.length >= 2;

/** Throws unless a setting is a number from `least` to below `below`. */
export function expectNumber(
  name: string,
  setting: string,
  value: number,
  minimum: number,
  limit = Number.POSITIVE_INFINITY,
): void {
  if (value >= minimum && value < limit) return;
  const upTo = Number.isFinite(limit) ? ` and below ${limit}` : '';
  throw new ResidualError('range', `${name}: ${setting} is ${value}; it must be at least ${minimum}${upTo}`);
}

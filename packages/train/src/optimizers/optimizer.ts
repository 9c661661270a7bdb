import { ResidualError, type Tensor } from '@residual/tensor';

/** Tensors by name: what an optimizer remembers of one weight, each of the weight's shape. */
export type Memory = Readonly<Record<string, Tensor>>;

/** How weights follow their gradients. It holds no state: what it remembers of each weight is kept by who uses it, under the weight's path. */
export interface Optimizer {
  readonly name: string;
  /** Names of what it remembers of a weight; each begins as zeros. */
  readonly remembers: (path: string, shape: readonly number[]) => readonly string[];
  /** The numbers of one update: the learning rate, and the how-manieth update of this weight it is, from 1. They reach `update` as tensors of shape []. */
  readonly numbers: (learningRate: number, update: number) => Readonly<Record<string, number>>;
  /** The weight and the memory after one update; runs in a `tidy`. */
  readonly update: (given: Update) => { readonly weight: Tensor; readonly memory: Memory };
}

/** What one update reads. */
export interface Update {
  readonly path: string;
  readonly weight: Tensor;
  readonly gradient: Tensor;
  readonly memory: Memory;
  readonly numbers: Readonly<Record<string, Tensor>>;
}

/** Which weights decay, by path and shape. */
export type Decays = (path: string, shape: readonly number[]) => boolean;

/** Matrices decay, biases and the scales of norms do not: what GPT-2 and its followers were trained with. */
export const onlyMatrices: Decays = (_path, shape) => shape.length >= 2;

/** Throws unless a setting is a number from `least` to below `below`. */
export function expectNumber(
  name: string,
  setting: string,
  value: number,
  least: number,
  below = Number.POSITIVE_INFINITY,
): void {
  if (value >= least && value < below) return;
  const upTo = Number.isFinite(below) ? ` and below ${below}` : '';
  throw new ResidualError('range', `${name}: ${setting} is ${value}; it must be at least ${least}${upTo}`);
}

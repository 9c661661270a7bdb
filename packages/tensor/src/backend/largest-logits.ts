import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '../tensor.js';
import { backendFunction } from './backend-function.js';

/** What a greedy choice needs of a row of logits. */
export interface LargestLogits {
  /** The indices of the largest logits, largest first, ties by lowest index. */
  readonly ids: readonly number[];
  /** The logits of `ids`. */
  readonly values: readonly number[];
  /** The logarithm of the sum of exp(logit) over the row. */
  readonly logSumExp: number;
}

/** Finds the `count` largest logits of each row of x [rows, vocab], without reading the others. */
export type LargestLogitsFinder = (backend: tf.KernelBackend, x: tf.TensorInfo, count: number) => LargestLogits[];

const finders = /* @__PURE__ */ backendFunction<LargestLogitsFinder>('residual.largestLogits');

/** Registers how a backend finds the largest logits; an existing finder stays. For backend packages. */
export function registerLargestLogits(backendName: string, find: LargestLogitsFinder): void {
  finders.register(backendName, find);
}

/**
 * The `count` largest logits of each row of x [..., vocab], all of them in a shorter row, and the logarithm of the sum
 * of exp(logit), with the numbers of `softmax` of @residual/sampling. Undefined where the backend cannot find them
 * without reading all logits, and for a row with a NaN or an Infinity, or nothing but -Infinity.
 */
export function largestLogits(x: Tensor, count: number): readonly LargestLogits[] | undefined {
  const rows = finders.of(tf.getBackend())?.(tf.backend(), x, count);
  return rows?.every(({ logSumExp }) => Number.isFinite(logSumExp)) ? rows : undefined;
}

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '../tensor.js';

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

/** tfjs keeps the finders among its kernels, so that copies of this package in other bundles of a server share them. */
const kernelName = 'residual.largestLogits';

/** Registers how a backend finds the largest logits; an existing finder stays. For backend packages. */
export function registerLargestLogits(backendName: string, find: LargestLogitsFinder): void {
  if (tf.getKernel(kernelName, backendName)) return;
  tf.registerKernel({ kernelName, backendName, kernelFunc: find as unknown as tf.KernelFunc });
}

/**
 * The `count` largest logits of each row of x [..., vocab], all of them in a shorter row, and the logarithm of the sum
 * of exp(logit), with the numbers of `softmax` of @residual/sampling. Undefined where the backend cannot find them
 * without reading all logits, and for a row with a NaN or an Infinity, or nothing but -Infinity.
 */
export function largestLogits(x: Tensor, count: number): readonly LargestLogits[] | undefined {
  const find = tf.getKernel(kernelName, tf.getBackend())?.kernelFunc as unknown as LargestLogitsFinder | undefined;
  const rows = find?.(tf.backend(), x, count);
  return rows?.every(({ logSumExp }) => Number.isFinite(logSumExp)) ? rows : undefined;
}

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
  /** The lowest index with the largest of the logits that a mask allows, where one of them is above -Infinity. */
  readonly allowed?: { readonly id: number; readonly value: number } | undefined;
}

/** For each row the entries that are allowed, a bit for each, 32 in a word, low bits first; undefined if all are. */
export type LogitMasks = readonly (Uint32Array | undefined)[];

/** Finds the `count` largest logits of each row of x [rows, vocab], and the largest allowed one, without the others. */
export type LargestLogitsFinder = (
  backend: tf.KernelBackend,
  x: tf.TensorInfo,
  count: number,
  masks: LogitMasks,
) => LargestLogits[];

const finders = /* @__PURE__ */ backendFunction<LargestLogitsFinder>('residual.largestLogits');

/** Registers how a backend finds the largest logits; an existing finder stays. For backend packages. */
export function registerLargestLogits(backendName: string, find: LargestLogitsFinder): void {
  finders.register(backendName, find);
}

/** Whether the backend finds the largest logits without reading all. */
export const findsLargestLogits = (): boolean => finders.of(tf.getBackend()) !== undefined;

/**
 * The `count` largest logits of each row of x [..., vocab], all of them in a shorter row, and the logarithm of the sum
 * of exp(logit), with the numbers of `softmax` of @residual/sampling; with `masks` also the largest logit that each
 * mask allows, none beyond its bits. Undefined where the backend cannot find them without reading all logits, for a row
 * with a NaN or an Infinity, or nothing but -Infinity, and where a mask allows none above -Infinity.
 */
export function largestLogits(x: Tensor, count: number, masks: LogitMasks = []): readonly LargestLogits[] | undefined {
  const rows = finders.of(tf.getBackend())?.(tf.backend(), x, count, masks);
  const isFound = ({ logSumExp, allowed }: LargestLogits, row: number) =>
    Number.isFinite(logSumExp) && (!masks[row] || allowed !== undefined);
  return rows?.every(isFound) ? rows : undefined;
}

import { yieldToEventLoop } from '@residual/base';
import { expectInteger } from '@residual/tensor';
import type { Anatomy } from '../structure/anatomy.js';

/** How a sweep runs. */
export interface SweepOptions {
  /** How many copies of the prompt run at once; by default as many as keep a pass short. */
  readonly batch?: number;
  /** Told after each pass how many of all runs are done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** Ends the sweep before its next pass; the call rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** Names of the options in `SweepOptions`. */
export const sweepNames = { batch: 0, onProgress: 0, signal: 0 } as const;

/** The largest number of hidden activations and logits of one layer in a pass, unless the caller sets `batch`. */
const maxNumbersPerPass = 2 ** 19;

/** The batch of a sweep over prompts of `length` tokens: the caller's, else one that fits the size of the model. */
export function batchOf(
  caller: string,
  { batch }: SweepOptions,
  { modelDim, vocab }: Pick<Anatomy, 'modelDim' | 'vocab'>,
  length: number,
): number {
  if (batch !== undefined) {
    expectInteger(caller, 'batch', batch, { min: 1 });
    return batch;
  }
  return Math.min(64, Math.max(1, Math.floor(maxNumbersPerPass / (4 * modelDim * length + vocab))));
}

/** Runs all items in passes of similar size, one turn of the event loop each, and returns their numbers in order. */
export async function inBatches<Item>(
  items: readonly Item[],
  { batch, onProgress, signal }: SweepOptions & { readonly batch: number },
  pass: (items: readonly Item[]) => Promise<readonly number[]>,
): Promise<readonly number[]> {
  const size = Math.ceil(items.length / Math.ceil(items.length / batch));
  const values: number[] = [];
  for (let from = 0; from < items.length; from += size) {
    await yieldToEventLoop(signal);
    values.push(...(await pass(items.slice(from, from + size))));
    onProgress?.({ done: values.length, total: items.length });
  }
  return values;
}

import { expectInteger, expectOptions, type Tensor } from '@residual/tensor';
import { expectFunction, expectSignal } from './arguments.js';
import type { LoadedModel } from './loaded-model.js';

/** The options of every method that reads several inputs in batches. */
export interface ReadOptions {
  /** How many are read at once. */
  readonly batch?: number;
  /** Ends the call before the next batch. */
  readonly signal?: AbortSignal;
  /** Called after each batch, with the number of inputs done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Throws for an option of the wrong type, or one that does not exist; `more` are those of one method. */
export function expectReadOptions(caller: string, options: ReadOptions, more: Readonly<Record<string, 0>> = {}): void {
  expectOptions(caller, options, { batch: 0, signal: 0, onProgress: 0, ...more } as never);
  const { batch = 1, signal, onProgress } = options;
  expectInteger(caller, 'batch', batch, { min: 1 });
  expectSignal(caller, signal);
  expectFunction(caller, 'onProgress', onProgress);
}

/**
 * Runs a model on inputs in the order of their indices, `batch` of them at a time: `run` gives [batch, ...]. Returns
 * the row of each input by its index, of which `lengthOf` says how much is kept; all of it if absent.
 */
export async function readBatches(
  model: LoadedModel,
  order: readonly number[],
  { batch, signal, onProgress }: ReadOptions & { readonly batch: number },
  run: (indices: readonly number[]) => Tensor | Promise<Tensor>,
  lengthOf?: (index: number, output: Tensor) => number,
): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for (let from = 0; from < order.length; from += batch) {
    await model.yieldTurn(signal);
    const indices = order.slice(from, from + batch);
    const output = await run(indices);
    try {
      const data = (await output.data()) as Float32Array;
      const size = data.length / indices.length;
      for (const [k, index] of indices.entries())
        rows[index] = data.slice(k * size, k * size + (lengthOf?.(index, output) ?? size));
    } finally {
      output.dispose();
    }
    onProgress?.({ done: from + indices.length, total: order.length });
  }
  return rows;
}

/** The indices of sequences, the shortest first, so that those of a batch have similar lengths. */
export function shortestFirst(sequences: readonly { readonly length: number }[]): number[] {
  return [...sequences.keys()].sort((a, b) => sequences[a]!.length - sequences[b]!.length);
}

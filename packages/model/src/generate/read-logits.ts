import { type LargestLogits, type LogitMasks, largestLogits, type Tensor } from '@residual/tensor';

/** What is read of the logits of a step. */
export interface LogitsWanted {
  /** How many of the largest logits are read; the whole rows if absent. */
  readonly largestLogits?: number | undefined;
  /** Whether the whole rows are read beside the largest logits. */
  readonly readsRow?: boolean | undefined;
  /** The masks of the rows whose largest allowed logit is read beside the largest ones. */
  readonly masks?: LogitMasks | undefined;
}

/** Logits that were read. */
export interface ReadLogits {
  /** The largest of each row; undefined if they were not asked for, or the backend does not find them. */
  readonly largest: readonly LargestLogits[] | undefined;
  /** The row of an index, [vocab]; empty where `largest` has all that was asked for. */
  readonly rowOf: (index: number) => Float32Array;
}

/** Reads logits [rows, 1, vocab] from the backend, no more of them than is wanted. */
export async function readLogits(
  logits: Tensor,
  { largestLogits: count, readsRow, masks }: LogitsWanted,
): Promise<ReadLogits> {
  const largest = count === undefined ? undefined : largestLogits(logits, count, masks);
  const values = largest && !readsRow ? new Float32Array(0) : ((await logits.data()) as Float32Array);
  const vocab = values.length / logits.shape[0]!;
  return { largest, rowOf: index => values.subarray(index * vocab, (index + 1) * vocab) };
}

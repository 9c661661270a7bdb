import { largestLogits, reshape, tidy } from '@residual/tensor';
import type { CachedBatch } from '../cached-batch.js';
import { type PrefillOrStepOptions, paddedPass, type StepOutput } from '../prefill-or-step.js';

/**
 * Feeds tokens in one pass, the last one of the text and the drafted ones, and reads the logits after each: row 0 after
 * the first.
 */
export async function checkDrafts(
  batch: CachedBatch,
  tokens: readonly number[],
  {
    fixedShapes,
    largestLogits: count,
    readsRow = false,
  }: Pick<PrefillOrStepOptions, 'fixedShapes' | 'largestLogits' | 'readsRow'>,
): Promise<StepOutput> {
  const rows = tokens.length;
  const [, paddedLength] = fixedShapes ? paddedPass(batch, batch.length + rows, rows) : [rows, rows];
  const output = batch.feedAll([tokens], paddedLength);
  const logits = tidy(() => reshape(output, [output.shape[1]!, 1, output.shape[2]!]));
  output.dispose();
  try {
    const largest = count === undefined ? undefined : largestLogits(logits, count);
    const isRead = !largest || readsRow;
    const values = !isRead ? new Float32Array(0) : ((await logits.data()) as Float32Array);
    const vocab = logits.shape[2]!;
    return {
      rows,
      logits: (_, row = 0) => (!isRead ? values : values.subarray(row * vocab, (row + 1) * vocab)),
      largest: (_, row = 0) => largest?.[row],
      taps: () => ({}),
    };
  } finally {
    logits.dispose();
  }
}

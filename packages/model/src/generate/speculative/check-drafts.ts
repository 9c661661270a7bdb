import { reshape, tidy } from '@residual/tensor';
import type { CachedBatch } from '../cached-batch.js';
import { type PrefillOrStepOptions, paddedPass, type StepOutput } from '../prefill-or-step.js';
import { type LogitsWanted, readLogits } from '../read-logits.js';

/**
 * Feeds tokens in one pass, the last one of the text and the drafted ones, and reads the logits after each: row 0 after
 * the first.
 */
export async function checkDrafts(
  batch: CachedBatch,
  tokens: readonly number[],
  { fixedShapes, ...wanted }: Pick<PrefillOrStepOptions, 'fixedShapes' | keyof LogitsWanted>,
): Promise<StepOutput> {
  const rows = tokens.length;
  const [, paddedLength] = fixedShapes ? paddedPass(batch, batch.length + rows, rows) : [rows, rows];
  const output = batch.feedAll([tokens], paddedLength);
  const logits = tidy(() => reshape(output, [output.shape[1]!, 1, output.shape[2]!]));
  output.dispose();
  try {
    const { largest, rowOf } = await readLogits(logits, wanted);
    return {
      rows,
      logits: (_, row = 0) => rowOf(row),
      largest: (_, row = 0) => largest?.[row],
      taps: () => ({}),
    };
  } finally {
    logits.dispose();
  }
}

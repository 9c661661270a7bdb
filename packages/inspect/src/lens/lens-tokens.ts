import { ResidualError, type Tensor } from '@residual/tensor';
import { topIndices } from '../neurons/top-list.js';

/** A token with the natural logarithm of its probability. */
export interface LensToken {
  readonly token: number;
  readonly logprob: number;
}

/** The most likely tokens of each row of logits [..., vocab], the most likely first, of equal ones the lower id. */
export async function mostLikely(caller: string, logits: Tensor, top: number): Promise<LensToken[][]> {
  const values = (await logits.data()) as Float32Array;
  const vocab = logits.shape.at(-1)!;
  return Array.from({ length: values.length / vocab }, (_, i) => {
    const row = values.subarray(i * vocab, (i + 1) * vocab);
    const total = logSumExp(row);
    if (!Number.isFinite(total))
      throw new ResidualError('not-finite', `${caller}: row ${i} of the logits holds a number that is not finite`);
    return topIndices(row, Math.min(top, vocab)).map(token => ({ token, logprob: row[token]! - total }));
  });
}

/** log Σ exp(x), in double precision. */
function logSumExp(row: Float32Array): number {
  let max = -Infinity;
  for (const value of row) max = Math.max(max, value);
  let sum = 0;
  for (const value of row) sum += Math.exp(value - max);
  return max + Math.log(sum);
}

import { checkSeed, ResidualError, randomBits, streamOf } from '@residual/tensor';
import type { TokenBatch } from './token-batch.js';

/** Settings of `randomWindows`. */
export interface WindowOptions {
  /** Tokens in a row. */
  readonly length: number;
  /** Rows in a batch. */
  readonly batch: number;
  readonly seed?: number;
}

/**
 * Batches of rows cut out of one long text at random, each place predicting the next token: what small character models are trained on. A batch follows from
 * the seed and its position alone.
 */
export function randomWindows(
  tokens: ArrayLike<number>,
  { length, batch, seed = 0 }: WindowOptions,
): (position: number) => TokenBatch {
  checkSeed('randomWindows', seed);
  const starts = tokens.length - length;
  if (starts < 1)
    throw new ResidualError(
      'data',
      `randomWindows: ${tokens.length} tokens are too few for rows of ${length} and the token after them`,
    );
  const stream = streamOf('windows');
  return position => {
    const at = Array.from({ length: batch }, (_, row) => {
      const bits = randomBits(seed, stream, position * batch + row);
      return Math.floor((bits / 2 ** 32) * starts);
    });
    return cut(tokens, at, length);
  };
}

/** The whole text once, in rows one after another: what is left over at the end is not there. */
export function* allWindows(tokens: ArrayLike<number>, { length, batch }: WindowOptions): Generator<TokenBatch> {
  const rows = Math.floor((tokens.length - 1) / length);
  for (let from = 0; from < rows; from += batch) {
    const here = Math.min(batch, rows - from);
    yield cut(
      tokens,
      Array.from({ length: here }, (_, row) => (from + row) * length),
      length,
    );
  }
}

function cut(tokens: ArrayLike<number>, starts: readonly number[], length: number): TokenBatch {
  const rows = starts.length;
  const [ids, labels] = [new Int32Array(rows * length), new Int32Array(rows * length)];
  for (const [row, start] of starts.entries())
    for (let i = 0; i < length; i++) {
      ids[row * length + i] = tokens[start + i]!;
      labels[row * length + i] = tokens[start + i + 1]!;
    }
  return { rows, length, ids, labels };
}

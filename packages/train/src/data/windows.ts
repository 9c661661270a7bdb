import { checkSeed, expectOptions, expectValue, ResidualError, randomBits, streamOf } from '@residual/tensor';
import { expectCounts } from '../numbers.js';
import { ignoreIndex, type TokenBatch } from './token-batch.js';

/** Settings of `randomWindows`. */
export interface WindowOptions {
  /** The length of a sequence in tokens. */
  readonly length: number;
  /** The number of sequences in a batch. */
  readonly batch: number;
  /** The seed of the random windows; 0 if absent. */
  readonly seed?: number;
}

const windowNames = { length: 1, batch: 1, seed: 0 } as const;

/**
 * Batches of random windows of one long text, in which each token predicts the next. A batch depends only on the seed
 * and its position. Errors if the text is too short.
 */
export function randomWindows(tokens: ArrayLike<number>, options: WindowOptions): (position: number) => TokenBatch {
  expectOptions('randomWindows', options, windowNames);
  const { length, batch, seed = 0 } = options;
  checkSeed('randomWindows', seed);
  expectCounts('randomWindows', { length, batch });
  const starts = tokens.length - length;
  if (starts < 1)
    throw new ResidualError(
      'data',
      `randomWindows: ${tokens.length} tokens are too few for rows of ${length} and the token after them`,
    );
  const stream = streamOf('windows');
  return position => {
    const windowStarts = Array.from({ length: batch }, (_, row) => {
      const bits = randomBits(seed, stream, position * batch + row);
      return Math.floor((bits / 2 ** 32) * starts);
    });
    return fullWindows(tokens, windowStarts, length);
  };
}

/** Consecutive windows of the whole text. An incomplete window at the end is left out. */
export function* allWindows(tokens: ArrayLike<number>, options: WindowOptions): Generator<TokenBatch> {
  expectOptions('allWindows', options, windowNames);
  const { length, batch } = options;
  expectCounts('allWindows', { length, batch });
  const windows = Math.floor((tokens.length - 1) / length);
  for (let from = 0; from < windows; from += batch) {
    const count = Math.min(batch, windows - from);
    yield fullWindows(
      tokens,
      Array.from({ length: count }, (_, row) => (from + row) * length),
      length,
    );
  }
}

/** Settings of `slidingWindows`. */
export interface SlidingOptions extends Omit<WindowOptions, 'seed'> {
  /**
   * The distance between window starts, at most `length`; `length` if absent. With a smaller stride each token has more
   * context.
   */
  readonly stride?: number;
}

/**
 * Overlapping windows of texts, in which every token except the first of each text counts exactly once. Windows have up
 * to `length` tokens and start `stride` apart; only tokens that no earlier window predicted have labels. Sequences are
 * padded to the longest of their batch. A text of fewer than 2 tokens gives no window. (The evaluation of perplexity
 * with a sliding window.)
 */
export function* slidingWindows(texts: readonly ArrayLike<number>[], options: SlidingOptions): Generator<TokenBatch> {
  expectOptions('slidingWindows', options, { length: 1, batch: 1, stride: 0 });
  const { length, batch, stride = length } = options;
  expectCounts('slidingWindows', { length, batch });
  const fits = Number.isInteger(stride) && stride > 0 && stride <= length;
  expectValue(fits, 'slidingWindows', 'stride', stride, `1 .. ${length}, the length`, 'range');
  const windows = texts.flatMap(tokens => windowsOf(tokens, length, stride));
  for (let from = 0; from < windows.length; from += batch) yield padWindows(windows.slice(from, from + batch));
}

/**
 * The tokens from `start` to `end`, each predicting the next; those up to `previousEnd` were predicted by an earlier
 * window.
 */
interface Window {
  readonly tokens: ArrayLike<number>;
  readonly start: number;
  readonly end: number;
  readonly previousEnd: number;
}

function windowsOf(tokens: ArrayLike<number>, length: number, stride: number): Window[] {
  const last = tokens.length - 1;
  const windows: Window[] = [];
  for (let [start, previousEnd] = [0, 0]; previousEnd < last; start += stride) {
    const end = Math.min(start + length, last);
    windows.push({ tokens, start, end, previousEnd });
    previousEnd = end;
  }
  return windows;
}

function padWindows(windows: readonly Window[]): TokenBatch {
  const [sequences, length] = [windows.length, Math.max(...windows.map(({ start, end }) => end - start))];
  const [ids, labels] = [new Int32Array(sequences * length), new Int32Array(sequences * length).fill(ignoreIndex)];
  for (const [row, { tokens, start, end, previousEnd }] of windows.entries())
    for (let at = start; at < end; at++) {
      const index = row * length + at - start;
      ids[index] = tokens[at]!;
      if (at + 1 > previousEnd) labels[index] = tokens[at + 1]!;
    }
  return { sequences, length, ids, labels };
}

/** Windows of one length, in which every token counts. */
function fullWindows(tokens: ArrayLike<number>, starts: readonly number[], length: number): TokenBatch {
  return padWindows(starts.map(start => ({ tokens, start, end: start + length, previousEnd: start })));
}

import { checkSeed, expectOptions, ResidualError, randomBits, streamOf } from '@residual/tensor';
import { ignoreIndex, type TokenBatch } from './token-batch.js';

/** Settings of `randomWindows`. */
export interface WindowOptions {
  /** Tokens in a row. */
  readonly length: number;
  /** Rows in a batch. */
  readonly batch: number;
  /** Of what is drawn; 0 if absent. */
  readonly seed?: number;
}

const windowNames = { length: 1, batch: 1, seed: 0 } as const;

/**
 * Batches of rows cut out of one long text at random, each place predicting the next token: what small character models are trained on. A batch follows from
 * the seed and its position alone.
 */
export function randomWindows(tokens: ArrayLike<number>, options: WindowOptions): (position: number) => TokenBatch {
  expectOptions('randomWindows', options, windowNames);
  const { length, batch, seed = 0 } = options;
  checkSeed('randomWindows', seed);
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
    return sliceWindows(tokens, windowStarts, length);
  };
}

/** The whole text once, in rows one after another: what is left over at the end is not there. */
export function* allWindows(tokens: ArrayLike<number>, options: WindowOptions): Generator<TokenBatch> {
  expectOptions('allWindows', options, windowNames);
  const { length, batch } = options;
  const windows = Math.floor((tokens.length - 1) / length);
  for (let from = 0; from < windows; from += batch) {
    const count = Math.min(batch, windows - from);
    yield sliceWindows(
      tokens,
      Array.from({ length: count }, (_, row) => (from + row) * length),
      length,
    );
  }
}

/** Settings of `slidingWindows`. */
export interface SlidingOptions extends Omit<WindowOptions, 'seed'> {
  /** How far each row begins behind the one before, at most `length`, which holds if absent. Smaller: each token is predicted from more of what stands before it. */
  readonly stride?: number;
}

/**
 * Texts once each, every token but the first of each predicted exactly once: rows of up to `length` tokens that begin `stride` apart, in which those count that
 * no row before has predicted. The rows of a batch are padded to its longest behind their end, where nothing counts; a text of fewer than 2 tokens gives none.
 */
export function* slidingWindows(texts: readonly ArrayLike<number>[], options: SlidingOptions): Generator<TokenBatch> {
  expectOptions('slidingWindows', options, { length: 1, batch: 1, stride: 0 });
  const { length, batch, stride = length } = options;
  if (!(Number.isInteger(stride) && stride > 0 && stride <= length))
    throw new ResidualError('range', `slidingWindows: stride is ${stride}; it must be 1 .. ${length}, the length`);
  const windows = texts.flatMap(tokens => windowsOf(tokens, length, stride));
  for (let from = 0; from < windows.length; from += batch) yield padWindows(windows.slice(from, from + batch));
}

/** A row: the tokens from `start` to `end`, each predicting the next; those up to `previousEnd` were predicted before. */
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

function sliceWindows(tokens: ArrayLike<number>, starts: readonly number[], length: number): TokenBatch {
  const sequences = starts.length;
  const [ids, labels] = [new Int32Array(sequences * length), new Int32Array(sequences * length)];
  for (const [row, start] of starts.entries())
    for (let i = 0; i < length; i++) {
      ids[row * length + i] = tokens[start + i]!;
      labels[row * length + i] = tokens[start + i + 1]!;
    }
  return { sequences, length, ids, labels };
}

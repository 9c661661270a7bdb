import { mul } from '../../ops/arithmetic.js';
import { greater, greaterEqual, lessEqual } from '../../ops/compare.js';
import { toFloat } from '../../ops/convert.js';
import { range, zeros } from '../../ops/create.js';
import { exp } from '../../ops/functions.js';
import { matMul } from '../../ops/mat-mul.js';
import { concat, reshape, sliceAxis, transpose } from '../../ops/shape.js';
import type { Tensor } from '../../tensor.js';

/** The most positions of a chunk, within which a recurrence is computed by matrix products. */
const maxChunk = 32;

/** How a sequence is cut into chunks of equal length; zeros fill the last one. */
export interface Chunks {
  readonly chunkLen: number;
  readonly count: number;
  readonly length: number;
}

/** The chunks of a sequence. */
export function chunksOf(length: number): Chunks {
  const chunkLen = Math.min(maxChunk, length);
  return { chunkLen, count: Math.ceil(length / chunkLen), length };
}

/**
 * x [batch, length, groups, width] in chunks, [batch · heads · count, chunkLen, width]: each group is repeated for its
 * heads / groups heads.
 */
export function toChunks(x: Tensor, heads: number, { chunkLen, count, length }: Chunks): Tensor {
  const [batch, , groups, width] = x.shape as [number, number, number, number];
  const missing = count * chunkLen - length;
  const whole = missing === 0 ? x : concat([x, zeros([batch, missing, groups, width])], 1);
  const byHead = repeatGroups(transpose(whole, [0, 2, 1, 3]), heads, 1);
  return reshape(byHead, [batch * heads * count, chunkLen, width]);
}

/** The inverse of `toChunks`: [batch · heads · count, chunkLen, width] to [batch, length, heads, width]. */
export function fromChunks(x: Tensor, heads: number, { chunkLen, count, length }: Chunks): Tensor {
  const width = x.shape[2]!;
  const byHead = reshape(x, [-1, heads, count * chunkLen, width]);
  return transpose(count * chunkLen === length ? byHead : sliceAxis(byHead, 2, 0, length), [0, 2, 1, 3]);
}

/** Repeats each entry of an axis for its heads / groups heads. */
export function repeatGroups(x: Tensor, heads: number, axis: number): Tensor {
  const groups = x.shape[axis]!;
  if (groups === heads) return x;
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const perGroup = heads / groups;
  const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);
  const flat = reshape(x, [size(before) * groups, 1, size(after)]);
  return reshape(concat(Array<Tensor>(perGroup).fill(flat), 1), [...before, heads, ...after]);
}

/** Entry `index` of axis 1 of x [n, count, ...], [n, ...]. */
export function chunkAt(x: Tensor, index: number): Tensor {
  return reshape(sliceAxis(x, 1, index, 1), [x.shape[0]!, ...x.shape.slice(2)]);
}

/** How much of what is written at one position of a chunk is left at another. */
export interface ChunkDecay {
  /** At position i of what was written at position j: [n, i, j], 0 for j after i. */
  readonly between: Tensor;
  /** At position i of the state before the chunk: [n, i, 1]. */
  readonly fromStart: Tensor;
  /** At the end of what was written at position j: [n, j, 1]. */
  readonly toEnd: Tensor;
  /** At the end of the state before the chunk: [n, 1, 1]. */
  readonly whole: Tensor;
}

/**
 * Products of the decays of a chunk from their logs, [n, chunkLen, 1]. Each is the exponential of a sum over exactly
 * the positions between: a difference of two cumulative sums would lose what is small beside them.
 */
export function chunkDecay(logDecay: Tensor): ChunkDecay {
  const [n, chunkLen] = logDecay.shape as [number, number];
  const [rows, columns] = [reshape(range(chunkLen), [chunkLen, 1]), reshape(range(chunkLen), [1, chunkLen])];
  const untilRow = toFloat(lessEqual(columns, rows)); // [i, k], 1 where k is at or before i
  const afterColumn = toFloat(greater(rows, columns)); // [k, j], 1 where k is after j
  const terms = mul(reshape(logDecay, [n, 1, chunkLen]), reshape(untilRow, [1, chunkLen, chunkLen])); // [n, i, k]
  const flat = reshape(terms, [n * chunkLen, chunkLen]);
  const sums = reshape(matMul(flat, afterColumn), [n, chunkLen, chunkLen]); // [n, i, j]
  const causal = reshape(toFloat(greaterEqual(rows, columns)), [1, chunkLen, chunkLen]);
  const between = mul(exp(sums), causal);
  const fromStart = exp(
    reshape(matMul(flat, reshape(toFloat(greaterEqual(rows, 0)), [chunkLen, 1])), [n, chunkLen, 1]),
  );
  return {
    between,
    fromStart,
    toEnd: reshape(sliceAxis(between, 1, chunkLen - 1, 1), [n, chunkLen, 1]),
    whole: sliceAxis(fromStart, 1, chunkLen - 1, 1),
  };
}

import { add, affine, sub } from '../ops/arithmetic.js';
import { equal, greater, greaterEqual, less, lessEqual, logicalAnd } from '../ops/compare.js';
import { toFloat, toInt } from '../ops/convert.js';
import { range } from '../ops/create.js';
import { reshape } from '../ops/shape.js';
import { type Tensor, tidy } from '../tensor.js';

/** Which keys a query may see. */
export interface MaskOptions {
  /** Whether keys after the position of the query are hidden; false if absent. */
  readonly causal?: boolean;
  /** Only keys at most window - 1 positions away are visible; 0 or absent for all. */
  readonly window?: number;
  /**
   * Only keys of the query's own chunk of so many positions, counted from the first visible key, are visible; 0 or
   * absent for all.
   */
  readonly chunk?: number;
}

/** The position of the queries and the range of valid keys, as tensors, because they change from step to step. */
export interface KeyRange {
  /** Position of the first query, int32 [1]; if absent, the last query is at the last key. */
  readonly position?: Tensor;
  /** First visible key of each sequence, int32 [batch]; 0 if absent. */
  readonly keyStart?: Tensor;
  /** One past the last visible key of each sequence, int32 [batch]; keyLen if absent. */
  readonly keyEnd?: Tensor;
}

/**
 * The attention mask, 1 where a query may see a key and 0 elsewhere: [1 | batch, 1, 1 | queryLen, keyLen]; undefined if
 * every query sees every key. With a window of n, the query at position p sees the keys p - n + 1 .. p + n - 1, or up
 * to p if causal. With a chunk of n it sees the keys k of ⌊(k - start) / n⌋ = ⌊(p - start) / n⌋.
 */
export function attentionMask(
  queryLen: number,
  keyLen: number,
  { causal = false, window = 0, chunk = 0 }: MaskOptions,
  { position, keyStart, keyEnd }: KeyRange,
): Tensor | undefined {
  if (!causal && window === 0 && chunk === 0 && !keyStart && !keyEnd) return undefined;
  return tidy(() => {
    const keys = reshape(range(keyLen), [1, 1, 1, keyLen]);
    const conditions: Tensor[] = [];
    if (causal || window > 0 || chunk > 0) {
      const rows = reshape(range(queryLen), [1, 1, queryLen, 1]);
      const at = add(rows, position ? reshape(position, [1, 1, 1, 1]) : keyLen - queryLen);
      if (causal) conditions.push(lessEqual(keys, at));
      if (window > 0) conditions.push(greater(keys, sub(at, window)));
      if (window > 0 && !causal) conditions.push(less(keys, add(at, window)));
      if (chunk > 0) conditions.push(equal(chunkOf(keys, keyStart, chunk), chunkOf(at, keyStart, chunk)));
    }
    if (keyStart) conditions.push(greaterEqual(keys, reshape(keyStart, [-1, 1, 1, 1])));
    if (keyEnd) conditions.push(less(keys, reshape(keyEnd, [-1, 1, 1, 1])));
    return toFloat(conditions.reduce((all, test) => logicalAnd(all, test)));
  });
}

/** The number of the chunk of each position int32, counted from the first visible key. */
function chunkOf(positions: Tensor, keyStart: Tensor | undefined, chunk: number): Tensor {
  const from = keyStart ? sub(positions, reshape(keyStart, [-1, 1, 1, 1])) : positions;
  // Half a position more, since the quotient of a GPU may be a little below a whole number.
  return toInt(affine(toFloat(from), 1 / chunk, 0.5 / chunk));
}

import { add, sub } from '../ops/arithmetic.js';
import { greater, greaterEqual, less, lessEqual, logicalAnd } from '../ops/compare.js';
import { toFloat } from '../ops/convert.js';
import { range } from '../ops/create.js';
import { reshape } from '../ops/shape.js';
import { type Tensor, tidy } from '../tensor.js';

/** Which keys a query may look at. `causal`: none after its own position; `window`: only the nearest n, itself included (0 for all). */
export interface MaskOptions {
  readonly causal?: boolean;
  readonly window?: number;
}

/** Where the queries stand and which keys are filled, as tensors, since they change from step to step. */
export interface KeyRange {
  /** Absolute position of the first query, int32 [1]; the last query stands at the last key if absent. */
  readonly position?: Tensor;
  /** First key of each row that may be seen, int32 [batch]; 0 if absent. */
  readonly keyStart?: Tensor;
  /** One past the last key of each row that may be seen, int32 [batch]; all keys if absent. */
  readonly keyLength?: Tensor;
}

/**
 * 1 where a query may look at a key and 0 where not: [1 | batch, 1, 1 | queryLen, keyLen], or undefined where all may look everywhere. With a window of n
 * the query at position p sees the keys p - n + 1 .. p + n - 1, up to p if causal.
 */
export function attentionMask(
  queryLen: number,
  keyLen: number,
  { causal = false, window = 0 }: MaskOptions,
  { position, keyStart, keyLength }: KeyRange,
): Tensor | undefined {
  if (!causal && window === 0 && !keyStart && !keyLength) return undefined;
  return tidy(() => {
    const keys = reshape(range(keyLen), [1, 1, 1, keyLen]);
    const conditions: Tensor[] = [];
    if (causal || window > 0) {
      const rows = reshape(range(queryLen), [1, 1, queryLen, 1]);
      const at = add(rows, position ? reshape(position, [1, 1, 1, 1]) : keyLen - queryLen);
      if (causal) conditions.push(lessEqual(keys, at));
      if (window > 0) conditions.push(greater(keys, sub(at, window)));
      if (window > 0 && !causal) conditions.push(less(keys, add(at, window)));
    }
    if (keyStart) conditions.push(greaterEqual(keys, reshape(keyStart, [-1, 1, 1, 1])));
    if (keyLength) conditions.push(less(keys, reshape(keyLength, [-1, 1, 1, 1])));
    return toFloat(conditions.reduce((all, test) => logicalAnd(all, test)));
  });
}

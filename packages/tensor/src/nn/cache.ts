import { expectShape, showShape } from '../errors.js';
import { add, maximum, minimum, mul, scalarMinus, sub } from '../ops/arithmetic.js';
import { greaterEqual, less, logicalAnd } from '../ops/compare.js';
import { toFloat } from '../ops/convert.js';
import { range } from '../ops/create.js';
import { type NoAttributes, type Op, runOp } from '../ops/op.js';
import { reshape } from '../ops/shape.js';
import type { Tensor } from '../tensor.js';
import { expectIntegers } from './expect-integers.js';
import { gather } from './gather.js';

/** The inputs of `residual.appendToCache`. */
export type AppendToCacheInputs = {
  /** [batch, kvHeads, capacity, headDim]. */
  readonly cache: Tensor;
  /** [batch, kvHeads, length, headDim]. */
  readonly x: Tensor;
  /** The first row to write, int32 [1]. */
  readonly position: Tensor;
};

const appendToCacheOp: Op<AppendToCacheInputs, NoAttributes> = {
  name: 'residual.appendToCache',
  compose: ({ cache, x, position }) => {
    const [capacity, length] = [cache.shape[2]!, x.shape[2]!];
    const row = sub(range(capacity), position); // [capacity], the row of x at each position
    const inside = toFloat(logicalAnd(greaterEqual(row, 0), less(row, length)));
    const isWritten = reshape(inside, [1, 1, capacity, 1]);
    const rows = length === 1 ? x : gather(x, minimum(maximum(row, 0), length - 1), 2);
    return add(mul(cache, scalarMinus(1, isWritten)), mul(rows, isWritten));
  },
};

/**
 * Writes `x` [batch, kvHeads, length, headDim] into `cache` [batch, kvHeads, capacity, headDim] at the rows position ..
 * position + length - 1 (`position` int32 [1]) and returns the updated cache; rows beyond the capacity are dropped. It
 * consumes the cache: the given handle is disposed, and a kernel may write in place.
 */
export function appendToCache(cache: Tensor, x: Tensor, position: Tensor): Tensor {
  const [batch, kvHeads, capacity, headDim] = cache.shape;
  expectShape(
    cache.shape.length === 4 &&
      x.shape.length === 4 &&
      x.shape[0] === batch &&
      x.shape[1] === kvHeads &&
      x.shape[2]! <= capacity! &&
      x.shape[3] === headDim,
    () =>
      `appendToCache: x ${showShape(x.shape)} does not fit the cache ${showShape(cache.shape)}; they are [batch, ` +
      'kvHeads, length | capacity, headDim]',
  );
  expectIntegers('appendToCache', 'position', position, [1]);
  const updated = runOp(appendToCacheOp, { cache, x, position }, {});
  cache.dispose();
  return updated;
}

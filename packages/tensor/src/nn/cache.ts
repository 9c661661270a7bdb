import { expectShape, showShape } from '../errors.js';
import { add, maximum, minimum, mul, sub } from '../ops/arithmetic.js';
import { equal, greaterEqual, less, logicalAnd } from '../ops/compare.js';
import { toFloat, toInt } from '../ops/convert.js';
import { range, zeros } from '../ops/create.js';
import { type NoAttributes, type Op, runOp } from '../ops/op.js';
import { concat, reshape, sliceAxis } from '../ops/shape.js';
import { type Tensor, tidy } from '../tensor.js';
import { expectIntegers } from './expect-integers.js';
import { gather } from './gather.js';
import { type PackAttributes, packRows } from './packed/pack-rows.js';
import { type CacheTensor, cacheFormOf, cacheOf, cacheTensor, isPackedCache } from './packed-cache.js';

/** The inputs of `residual.appendToCache` and `residual.appendToPackedCache`. */
export type AppendToCacheInputs = {
  /** [batch, kvHeads, capacity, headDim], or the int32 words of a packed cache [batch, kvHeads, capacity, words]. */
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
    const inside = logicalAnd(greaterEqual(row, 0), less(row, length));
    const convert = cache.dtype === 'int32' ? toInt : toFloat;
    const isWritten = reshape(convert(inside), [1, 1, capacity, 1]);
    const rows = length === 1 ? x : gather(x, minimum(maximum(row, 0), length - 1), 2);
    return add(mul(cache, convert(equal(isWritten, 0))), mul(rows, isWritten));
  },
};

const appendToPackedCacheOp: Op<AppendToCacheInputs, PackAttributes> = {
  name: 'residual.appendToPackedCache',
  compose: ({ cache, x, position }, { form }) => runOp(appendToCacheOp, { cache, x: packRows(x, form), position }, {}),
  gradient: 'none',
};

/**
 * Writes `x` [batch, kvHeads, length, headDim] into `cache` [batch, kvHeads, capacity, headDim] at the rows position ..
 * position + length - 1 (`position` int32 [1]) and returns the updated cache; rows beyond the capacity are dropped. A
 * packed cache gets the nearest numbers of its form, and no gradient. It consumes the cache: the given handle is
 * disposed, and a kernel may write in place.
 */
export function appendToCache<Cache extends CacheTensor>(cache: Cache, x: Tensor, position: Tensor): Cache {
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
  const inputs = { cache: cacheTensor(cache), x, position };
  const updated = isPackedCache(cache)
    ? runOp(appendToPackedCacheOp, inputs, { form: cache.form })
    : runOp(appendToCacheOp, inputs, {});
  cache.dispose();
  return cacheOf(cacheFormOf(cache), updated, headDim!) as Cache;
}

/** The inputs of `residual.resizeCache`. */
export type ResizeCacheInputs = {
  /** [batch, kvHeads, capacity, headDim | words]. */
  readonly cache: Tensor;
  /** Which sequences of the batch, int32 [n]; all if absent. */
  readonly sequences: Tensor | undefined;
};

/** The attributes of `residual.resizeCache`: how many positions are filled, and the capacity of the result. */
export type ResizeCacheAttributes = { readonly filled: number; readonly capacity: number };

const resizeCacheOp: Op<ResizeCacheInputs, ResizeCacheAttributes> = {
  name: 'residual.resizeCache',
  compose: ({ cache, sequences }, { filled, capacity }) => {
    const rows = filled === cache.shape[2] ? cache : sliceAxis(cache, 2, 0, filled);
    const selected = sequences ? gather(rows, sequences, 0) : rows;
    const [batch, kvHeads, , width] = selected.shape as [number, number, number, number];
    if (filled === capacity) return selected;
    const spare = zeros([batch, kvHeads, capacity - filled, width], cache.dtype as 'float32' | 'int32');
    return concat([selected, spare], 2);
  },
};

/**
 * The first `filled` positions of some sequences of a cache [batch, kvHeads, capacity, headDim], as a new cache of a
 * `capacity`; the positions beyond are 0. `sequences` int32 [n] names the sequences in their order; all if absent. The
 * caller disposes both caches. Errors if the positions do not fit a capacity.
 */
export function resizeCache<Cache extends CacheTensor>(
  cache: Cache,
  { filled, capacity, sequences }: ResizeCacheAttributes & { readonly sequences?: Tensor },
): Cache {
  const old = cache.shape[2]!;
  expectShape(
    filled <= Math.min(old, capacity),
    () => `resizeCache: ${filled} filled positions do not fit capacities of ${old} and ${capacity}`,
  );
  const resized = tidy(() => runOp(resizeCacheOp, { cache: cacheTensor(cache), sequences }, { filled, capacity }));
  return cacheOf(cacheFormOf(cache), resized, cache.shape[3]!) as Cache;
}

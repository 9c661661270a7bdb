import type { Kernel } from './kernel.js';

/**
 * Writes x [batch, kvHeads, length, headDim] into the cache [batch, kvHeads, capacity, headDim] from row `position`
 * (int32 [1]) on and returns a handle of the result; the caller disposes its own handle. Rows beyond the capacity are
 * dropped. It writes in place, or into a copy if another handle shares the data.
 */
export const appendToCache: Kernel<'appendToCache'> = (heap, { cache, x, position }) => {
  const [batch, kvHeads, capacity, headDim] = cache.shape as [number, number, number, number];
  const at = heap.int(position);
  const y = heap.inPlaceOrCopy(cache);
  heap.call.appendToCache!(heap.pointer(y), heap.pointer(x), batch * kvHeads, capacity, x.shape[2]!, headDim, at);
  return y;
};

import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.js';

/**
 * Writes x [batch, kvHeads, length, dim] into the cache [batch, kvHeads, capacity, dim] from row `position` (int32 [1])
 * on and returns a handle of the result; the caller disposes its own handle. Rows beyond the capacity are dropped. It
 * writes in place, or into a copy if another handle shares the data.
 */
export const appendToCache: Kernel<{ cache: TensorInfo; x: TensorInfo; position: TensorInfo }, unknown> = (
  heap,
  { cache, x, position },
) => {
  const [batch, kvHeads, capacity, dim] = cache.shape as [number, number, number, number];
  const at = heap.int(position);
  const next = heap.inPlaceOrCopy(cache);
  heap.call.appendToCache!(heap.pointer(next), heap.pointer(x), batch * kvHeads, capacity, x.shape[2]!, dim, at);
  return next;
};

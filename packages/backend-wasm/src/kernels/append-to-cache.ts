import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.js';

/**
 * Writes x [batch, kvHeads, length, dim] into the cache [batch, kvHeads, capacity, dim] at rows `position` (int32 [1]) and on, and gives a handle to the result;
 * the caller disposes its own. Rows beyond the capacity are left out. The cache's memory is used on; it is copied only where another handle shares it.
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

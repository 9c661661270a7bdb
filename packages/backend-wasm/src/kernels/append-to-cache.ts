import { ResidualError } from '@residual/tensor';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.js';

/**
 * Writes x [batch, kvHeads, length, dim] into the cache [batch, kvHeads, capacity, dim] at rows `position` (int32 [1]) and on, in the cache's own memory, and
 * gives a second handle to it; the caller disposes the first.
 */
export const appendToCache: Kernel<{ cache: TensorInfo; x: TensorInfo; position: TensorInfo }, unknown> = (
  heap,
  { cache, x, position },
) => {
  const [batch, kvHeads, capacity, dim] = cache.shape as [number, number, number, number];
  const length = x.shape[2]!;
  const at = heap.int(position);
  if (at < 0) throw new ResidualError('range', `appendToCache: position ${at} is below 0`);
  if (at + length > capacity) {
    throw new ResidualError(
      'range',
      `appendToCache: position ${at} + length ${length} is over the capacity ${capacity}`,
    );
  }
  heap.call.appendToCache!(heap.pointer(cache), heap.pointer(x), batch * kvHeads, capacity, length, dim, at);
  return heap.sameData(cache);
};

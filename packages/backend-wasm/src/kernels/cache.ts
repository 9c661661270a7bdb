import { rowWords, sizeOf } from '@residual/tensor/kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.js';

/** The codes of the forms of a cache in kernels/cache.h and attend.c. */
export const cacheFormCodes = { f16: 0, int8: 2, f32: 4 } as const;

/**
 * Writes x [batch, kvHeads, length, headDim] into the cache [batch, kvHeads, capacity, headDim] from row `position`
 * (int32 [1]) on and returns a handle of the result; the caller disposes its own handle. Rows beyond the capacity are
 * dropped. It writes in place, or into a copy if another handle shares the data.
 */
export const appendToCache: Kernel<'appendToCache'> = (heap, { cache, x, position }) => {
  const y = heap.inPlaceOrCopy(cache);
  heap.call.appendToCache!(heap.pointer(y), heap.pointer(x), heap.pointer(position), ...appendDims(cache, x));
  return y;
};

/** The same for the words of a packed cache [batch, kvHeads, capacity, words], which get the nearest numbers. */
export const appendToPackedCache: Kernel<'appendToPackedCache'> = (heap, { cache, x, position }, { form }) => {
  const y = heap.inPlaceOrCopy(cache);
  const arrays = [heap.pointer(y), heap.pointer(x), heap.pointer(position)] as const;
  heap.call.appendToPackedCache!(cacheFormCodes[form], ...arrays, ...appendDims(cache, x), cache.shape[3]!);
  return y;
};

/** The number of heads of all sequences, capacity, length and headDim. */
function appendDims(cache: TensorInfo, x: TensorInfo): [number, number, number, number] {
  const [batch, kvHeads, length, headDim] = x.shape as [number, number, number, number];
  return [batch * kvHeads, cache.shape[2]!, length, headDim];
}

/** Rounds each row of x [..., width] to a form: int32 [..., words], for `int8` with its scales after its entries. */
export const pack: Kernel<'pack'> = (heap, { x }, { form }) => {
  const [leading, width] = [x.shape.slice(0, -1), x.shape.at(-1)!];
  const words = rowWords(form, width);
  const y = heap.output([...leading, words], 'int32');
  heap.call.packRows!(cacheFormCodes[form], heap.pointer(x), heap.pointer(y), sizeOf(leading), width, words);
  return y;
};

/** The numbers of a packed cache [batch, kvHeads, capacity, words]: [batch, kvHeads, capacity, headDim]. */
export const unpackCache: Kernel<'unpackCache'> = (heap, { cache }, { form, headDim }) => {
  const [leading, words] = [cache.shape.slice(0, -1), cache.shape.at(-1)!];
  const y = heap.output([...leading, headDim]);
  heap.call.unpackCache!(cacheFormCodes[form], heap.pointer(cache), heap.pointer(y), sizeOf(leading), headDim, words);
  return y;
};

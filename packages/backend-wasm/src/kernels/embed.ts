import { ResidualError } from '@residual/tensor';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from '../heap.js';
import type { Kernel } from './kernel.js';

/** The rows of weight [rows, dim] at ids int32 [...]: [..., dim]. Errors for an id outside. */
export const embed: Kernel<{ weight: TensorInfo; ids: TensorInfo }, unknown> = (heap, { weight, ids }) => {
  const [rows, dim] = weight.shape as [number, number];
  const [table, names] = [heap.pointer(weight), heap.pointer(ids)];
  const y = heap.output([...ids.shape, dim]);
  const wrong = heap.call.embed!(table, names, heap.pointer(y), sizeOf(ids.shape), rows, dim);
  if (wrong < 0) return y;
  heap.free(y);
  throw new ResidualError('range', `embed: id ${heap.int(ids, wrong)} is outside the vocabulary of ${rows}`);
};

/**
 * Selects entries along an axis: x [..., length, ...], indices int32 [n] to [..., n, ...]. Errors for an index outside.
 */
export const gather: Kernel<{ x: TensorInfo; indices: TensorInfo }, { readonly axis: number }> = (
  heap,
  { x, indices },
  { axis },
) => {
  const [outer, length, inner] = [sizeOf(x.shape.slice(0, axis)), x.shape[axis]!, sizeOf(x.shape.slice(axis + 1))];
  const count = sizeOf(indices.shape);
  const [from, names] = [heap.pointer(x), heap.pointer(indices)];
  const y = heap.output([...x.shape.slice(0, axis), count, ...x.shape.slice(axis + 1)], x.dtype);
  const to = heap.pointer(y);
  for (let i = 0; i < outer; i++) {
    const [table, rows] = [from + 4 * i * length * inner, to + 4 * i * count * inner]; // 4 bytes per number
    const wrong = heap.call.embed!(table, names, rows, count, length, inner);
    if (wrong < 0) continue;
    heap.free(y);
    const index = heap.int(indices, wrong);
    throw new ResidualError('range', `gather: index ${index} is outside the ${length} entries of axis ${axis}`);
  }
  return y;
};

/** Sums updates [n, dim] with equal indices int32 [n, 1] into `shape`, [rows, dim]. Errors for an index outside. */
export const scatterAdd: Kernel<
  { updates: TensorInfo; indices: TensorInfo },
  { shape: readonly [rows: number, dim: number] }
> = (heap, { updates, indices }, { shape: [rows, dim] }) => {
  const [from, names] = [heap.pointer(updates), heap.pointer(indices)];
  const y = heap.output([rows, dim]);
  const wrong = heap.call.scatterAdd!(from, names, heap.pointer(y), sizeOf(indices.shape), rows, dim);
  if (wrong < 0) return y;
  heap.free(y);
  throw new ResidualError('range', `scatterAdd: id ${heap.int(indices, wrong)} is outside the ${rows} rows`);
};

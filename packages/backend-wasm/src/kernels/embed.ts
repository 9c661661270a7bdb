import { ResidualError } from '@residual/tensor';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from '../heap.js';
import type { Kernel } from './kernel.js';

/** The rows of weight [rows, dim] that ids int32 [...] name: [..., dim]. */
export const embed: Kernel<{ weight: TensorInfo; ids: TensorInfo }, unknown> = (heap, { weight, ids }) => {
  const [rows, dim] = weight.shape as [number, number];
  const [table, names] = [heap.pointer(weight), heap.pointer(ids)];
  const y = heap.output([...ids.shape, dim]);
  const wrong = heap.call.embed!(table, names, heap.pointer(y), sizeOf(ids.shape), rows, dim);
  if (wrong < 0) return y;
  heap.free(y);
  throw new ResidualError('range', `embed: id ${heap.int(ids, wrong)} is outside the vocabulary of ${rows}`);
};

/** For each row the sum of the updates whose index names it: updates [n, dim], indices int32 [n, 1] to `shape`, [rows, dim]. */
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

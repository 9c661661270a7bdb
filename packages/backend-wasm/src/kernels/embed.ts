import { outOfRange, sizeOf } from '@residual/tensor/kernels';
import type { Kernel } from './kernel.js';

/** The rows of weight [rows, dim] at ids int32 [...]: [..., dim]. Errors for an id outside. */
export const embed: Kernel<'embed'> = (heap, { weight, ids }) => {
  const [rows, dim] = weight.shape as [number, number];
  const [table, indices] = [heap.pointer(weight), heap.pointer(ids)];
  return heap.checkedOutput(
    { shape: [...ids.shape, dim] },
    y => heap.call.embed!(table, indices, y, sizeOf(ids.shape), rows, dim),
    wrong => outOfRange.embed(heap.int(ids, wrong), rows),
  );
};

/**
 * Selects entries along an axis: x [..., length, ...], indices int32 [n] to [..., n, ...]. Errors for an index outside.
 */
export const gather: Kernel<'gather'> = (heap, { x, indices }, { axis }) => {
  const [before, length, after] = [x.shape.slice(0, axis), x.shape[axis]!, x.shape.slice(axis + 1)];
  const [outer, count, inner] = [sizeOf(before), sizeOf(indices.shape), sizeOf(after)];
  const [from, rows] = [heap.pointer(x), heap.pointer(indices)];
  return heap.checkedOutput(
    { shape: [...before, count, ...after], dtype: x.dtype },
    y => {
      for (let i = 0; i < outer; i++) {
        const [table, to] = [from + 4 * i * length * inner, y + 4 * i * count * inner]; // 4 bytes per number
        const wrong = heap.call.embed!(table, rows, to, count, length, inner);
        if (wrong >= 0) return wrong;
      }
      return -1;
    },
    wrong => outOfRange.gather(heap.int(indices, wrong), length, axis),
  );
};

/** Sums updates [n, dim] with equal indices int32 [n, 1] into `shape`, [rows, dim]. Errors for an index outside. */
export const scatterAdd: Kernel<'scatterAdd'> = (heap, { updates, indices }, { shape: [rows, dim] }) => {
  const [from, ids] = [heap.pointer(updates), heap.pointer(indices)];
  return heap.checkedOutput(
    { shape: [rows, dim] },
    y => heap.call.scatterAdd!(from, ids, y, sizeOf(indices.shape), rows, dim),
    wrong => `scatterAdd: id ${heap.int(indices, wrong)} is outside the ${rows} rows`,
  );
};

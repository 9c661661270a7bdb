import { outOfRange } from '@residual/tensor/kernels';
import type { Kernel } from './kernel.js';

/** The indices of the k largest entries of each row, NaN being the largest: [rows, length] to int32 [rows, k]. */
export const topK: Kernel<'topK'> = (heap, { x }, { k }) => {
  const [rows, length] = x.shape as [number, number];
  const y = heap.output([rows, k], 'int32');
  const [from, to] = [heap.floats(x), heap.ints(y)];
  for (let row = 0; row < rows; row++)
    selectLargest(from.subarray(row * length, (row + 1) * length), to.subarray(row * k, (row + 1) * k));
  return y;
};

/** Fills `indices` with those of the largest values, in order: each value is inserted behind those not below it. */
function selectLargest(values: Float32Array, indices: Int32Array): void {
  for (let i = 0, count = 0; i < values.length; i++) {
    const value = values[i]!;
    if (count === indices.length && !isLarger(value, values[indices[count - 1]!]!)) continue;
    let at = count < indices.length ? count++ : count - 1;
    for (; at > 0 && isLarger(value, values[indices[at - 1]!]!); at--) indices[at] = indices[at - 1]!;
    indices[at] = i;
  }
}

const isLarger = (a: number, b: number) => a > b || (Number.isNaN(a) && !Number.isNaN(b));

/** The entries of each row at its own indices: x [rows, length], indices int32 [rows, k] to [rows, k]. */
export const takeAlong: Kernel<'takeAlong'> = (heap, { x, indices }) => {
  const [length, k] = [x.shape[1]!, indices.shape[1]!];
  return heap.checkedOutput(
    { shape: indices.shape, dtype: x.dtype },
    y => {
      const [from, at, to] = [heap.floats(x), heap.ints(indices), heap.floatsAt(y, indices.shape[0]! * k)];
      for (let i = 0; i < at.length; i++) {
        if (at[i]! < 0 || at[i]! >= length) return i;
        to[i] = from[Math.floor(i / k) * length + at[i]!]!;
      }
      return -1;
    },
    wrong => outOfRange.takeAlong(heap.int(indices, wrong), length),
  );
};

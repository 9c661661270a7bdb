import { sizeOf } from '@residual/tensor/kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Heap } from '../heap.js';
import type { Kernel } from './kernel.js';

/** eˣ / Σ eˣ along the last axis. */
export const softmax: Kernel<'softmax'> = (heap, { logits }) => {
  const dim = logits.shape.at(-1)!;
  const from = heap.pointer(logits);
  const y = heap.output(logits.shape);
  heap.call.softmax!(from, heap.pointer(y), sizeOf(logits.shape) / dim, dim);
  return y;
};

/** log Σ eˣ along the last axis: [..., dim] to [...], or [..., 1] with `keepDims`. */
export const logSumExp: Kernel<'logSumExp'> = (heap, { x }, { keepDims }) => {
  const y = heap.output([...x.shape.slice(0, -1), ...(keepDims ? [1] : [])]);
  writeFromSums(heap, x, y, (largest, sum) => largest + Math.log(sum));
  return y;
};

/** Writes what `use` makes of the largest entry of each row of x [..., dim] and Σ e^(x - largest) to y [...]. */
export function writeFromSums(
  heap: Heap,
  x: TensorInfo,
  y: TensorInfo,
  use: (largest: number, sum: number, row: number) => number,
): void {
  const dim = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / dim;
  heap.scratch(rows, sums => {
    heap.call.exponentialSums!(heap.pointer(x), heap.pointer(y), sums, rows, dim);
    const [values, totals] = [heap.floats(y), heap.floatsAt(sums, rows)];
    for (let row = 0; row < rows; row++) values[row] = use(values[row]!, totals[row]!, row);
  });
}

import { sizeOf } from '@residual/tensor/kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.js';
import { fewRows } from './linear.js';

/**
 * The matrix product of the last two axes, [..., m, k] and [..., k, n] to [..., m, n], each side optionally transposed
 * first; leading axes are equal.
 */
export const matMul: Kernel<'matMul'> = (heap, { a, b }, { transposeA, transposeB }) => {
  const lead = a.shape.slice(0, -2);
  const [m, k] = matrixShape(a, transposeA);
  const [, n] = matrixShape(b, transposeB);
  const [left, right] = [heap.pointer(a), heap.pointer(b)];
  const y = heap.output([...lead, m, n]);
  const to = heap.pointer(y);
  const batch = sizeOf(lead);
  if (m <= fewRows && !transposeA && transposeB) {
    for (let i = 0; i < batch; i++) {
      heap.call.linearFewRows!(left + i * m * k * 4, right + i * n * k * 4, 0, to + i * m * n * 4, m, k, n);
    }
    return y;
  }
  heap.scratch(heap.call.matMulScratch!(m, k), scratch => {
    for (let i = 0; i < batch; i++) {
      const [ai, bi, yi] = [left + i * m * k * 4, right + i * n * k * 4, to + i * m * n * 4];
      heap.call.matMul!(ai, bi, 0, yi, scratch, m, n, k, Number(transposeA), Number(transposeB));
    }
  });
  return y;
};

/** The lengths of the last two axes, after an optional transposition. */
function matrixShape({ shape }: TensorInfo, transposed: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

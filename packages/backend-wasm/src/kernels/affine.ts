import { sizeOf } from '@residual/tensor/kernels';
import type { Kernel } from './kernel.js';

/** scale · x + shift. */
export const affine: Kernel<'affine'> = (heap, { x }, { scale, shift }) => {
  const from = heap.pointer(x);
  const y = heap.output(x.shape);
  heap.call.affine!(from, heap.pointer(y), sizeOf(x.shape), scale, shift);
  return y;
};

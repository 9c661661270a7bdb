import { type NormKernel, sizeOf } from '@residual/tensor/kernels';
import type { Heap } from '../heap.js';

/** (x - mean) / √(variance + epsilon) · weight + bias along the last axis; the mean is 0 unless `centered`. */
export const normalize: NormKernel<Heap> = (heap, { x, weight, bias }, { epsilon, centered }) => {
  const dim = x.shape.at(-1)!;
  const [from, scale, shift] = [heap.pointer(x), heap.pointer(weight), heap.pointer(bias)];
  const y = heap.output(x.shape);
  const rows = sizeOf(x.shape) / dim;
  if (centered) heap.call.layerNorm!(from, scale, shift, heap.pointer(y), rows, dim, epsilon);
  else heap.call.rmsNorm!(from, scale, heap.pointer(y), rows, dim, epsilon);
  return y;
};

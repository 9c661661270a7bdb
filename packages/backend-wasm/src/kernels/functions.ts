import { sizeOf } from '@residual/tensor/kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Heap } from '../heap.js';
import { activate } from './activation.js';
import type { Kernel } from './kernel.js';

/** The hyperbolic tangent, relative error below 3e-7. */
export const tanh: Kernel<'tanh'> = (heap, { x }) => activate(heap, 'tanh', x);

/** x². */
export const square: Kernel<'square'> = (heap, { x }) => elementwise(heap, 'square', x);

/** √x. */
export const sqrt: Kernel<'sqrt'> = (heap, { x }) => elementwise(heap, 'squareRoot', x);

function elementwise(heap: Heap, kernel: string, x: TensorInfo): TensorInfo {
  const from = heap.pointer(x);
  const y = heap.output(x.shape);
  heap.call[kernel]!(from, heap.pointer(y), sizeOf(x.shape));
  return y;
}

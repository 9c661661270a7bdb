import type { TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from '../heap.js';
import type { Kernel } from './kernel.js';

/** scale · x + shift. */
export const affine: Kernel<{ x: TensorInfo }, { scale: number; shift: number }> = (heap, { x }, { scale, shift }) => {
  const from = heap.pointer(x);
  const y = heap.output(x.shape);
  heap.call.affine!(from, heap.pointer(y), sizeOf(x.shape), scale, shift);
  return y;
};

/** Entry i of x over 1 - rate where the upper 24 bits at `key` and counter i are at least round(rate · 2²⁴), else 0. */
export const dropout: Kernel<{ x: TensorInfo }, { rate: number; key: readonly [number, number] }> = (
  heap,
  { x },
  { rate, key: [a, b] },
) => {
  const from = heap.pointer(x);
  const y = heap.output(x.shape);
  const threshold = Math.round(rate * 2 ** 24);
  heap.call.dropout!(from, heap.pointer(y), sizeOf(x.shape), threshold, 1 / (1 - rate), a, b);
  return y;
};

import { dropoutParameters, sizeOf } from '@residual/tensor/kernels';
import type { Kernel } from './kernel.js';

/**
 * Dropout: entry i of x / (1 - rate) if the upper 24 bits at `key` and counter i are at least round(rate · 2²⁴), else
 * 0.
 */
export const dropout: Kernel<'dropout'> = (heap, { x }, attributes) => {
  const { threshold, scale } = dropoutParameters(attributes);
  const from = heap.pointer(x);
  const y = heap.output(x.shape);
  heap.call.dropout!(from, heap.pointer(y), sizeOf(x.shape), threshold, scale, ...attributes.key);
  return y;
};

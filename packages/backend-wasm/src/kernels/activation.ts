import type { Activation } from '@residual/tensor';
import { type ActivationKernel, sizeOf } from '@residual/tensor/kernels';
import type { Heap } from '../heap.js';
import type { Kernel } from './kernel.js';

/** The codes of the activations in kernels/activation.c. */
const activationCodes: Readonly<Record<Activation, number>> = {
  identity: 0,
  relu: 1,
  sigmoid: 2,
  silu: 3,
  gelu: 4,
  geluTanh: 5,
  tanh: 6,
};

/**
 * activation(x), or activation(x) · up, elementwise. The absolute error of both forms of GELU is below 1e-6 for |x| up
 * to 10.
 */
export const activate: ActivationKernel<Heap> = (heap, activation, x, up) => {
  const pointers = [heap.pointer(x), heap.pointer(up)];
  const y = heap.output(x.shape);
  heap.call.activate!(...pointers, heap.pointer(y), sizeOf(x.shape), activationCodes[activation]);
  return y;
};

/** dy times the derivative of an activation at x. The absolute error of the derivative is below 1e-6. */
export const activationGradient: Kernel<'activationGradient'> = (heap, { x, dy }, { activation }) => {
  const pointers = [heap.pointer(x), heap.pointer(dy)];
  const y = heap.output(x.shape);
  heap.call.activationGradient!(...pointers, heap.pointer(y), sizeOf(x.shape), activationCodes[activation]);
  return y;
};

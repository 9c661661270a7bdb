import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Heap, sizeOf } from '../heap.js';
import type { Kernel } from './kernel.js';

/** The codes of the activations in kernels/activation.c. */
const activationCodes = { identity: 0, relu: 1, sigmoid: 2, silu: 3, gelu: 4, geluTanh: 5, tanh: 6 } as const;

type ActivationName = keyof typeof activationCodes;

/** GELU, exact or with tanh if `approximate`; the absolute error is below 1e-6 for |x| up to 10. */
export const gelu: Kernel<{ x: TensorInfo }, { approximate: boolean }> = (heap, { x }, { approximate }) =>
  activate(heap, x, undefined, approximate ? 'geluTanh' : 'gelu');

/** x / (1 + e⁻ˣ). */
export const silu: Kernel<{ x: TensorInfo }, unknown> = (heap, { x }) => activate(heap, x, undefined, 'silu');

/** activation(gate) · up, elementwise. */
export const gated: Kernel<{ gate: TensorInfo; up: TensorInfo }, { activation: ActivationName }> = (
  heap,
  { gate, up },
  { activation },
) => activate(heap, gate, up, activation);

function activate(heap: Heap, x: TensorInfo, up: TensorInfo | undefined, kind: ActivationName): TensorInfo {
  const [from, times] = [heap.pointer(x), heap.pointer(up)];
  const y = heap.output(x.shape);
  heap.call.activate!(from, times, heap.pointer(y), sizeOf(x.shape), activationCodes[kind]);
  return y;
}

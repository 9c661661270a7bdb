import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Activation } from '../nn/activations.js';
import type { Kernels } from './kernel.js';

/** Computes activation(x), or activation(x) · up, elementwise. */
export type ActivationKernel<Backend> = (
  backend: Backend,
  activation: Activation,
  x: TensorInfo,
  up?: TensorInfo,
) => TensorInfo;

/** The kernels of `gelu`, `silu` and `gated`, which all run one kernel. */
export function activationKernels<Backend>(
  activate: ActivationKernel<Backend>,
): Pick<Kernels<Backend>, 'gated' | 'gelu' | 'silu'> {
  return {
    gated: (backend, { gate, up }, { activation }) => activate(backend, activation, gate, up),
    gelu: (backend, { x }, { approximate }) => activate(backend, approximate ? 'geluTanh' : 'gelu', x),
    silu: (backend, { x }) => activate(backend, 'silu', x),
  };
}

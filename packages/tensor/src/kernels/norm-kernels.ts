import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { LayerNormInputs, NormAttributes } from '../nn/norms.js';
import type { KernelInputs } from '../ops/op.js';
import type { Kernels } from './kernel.js';

/** The inputs of both norms: x [..., dim], weight and bias [dim]. */
export type NormInputs = Partial<KernelInputs<LayerNormInputs>> & { readonly x: TensorInfo };

/** (x - mean) / √(variance + epsilon) · weight + bias along the last axis; the mean is 0 unless `centered`. */
export type NormKernel<Backend> = (
  backend: Backend,
  inputs: NormInputs,
  settings: NormAttributes & { readonly centered: boolean },
) => TensorInfo;

/** The kernels of `layerNorm` and `rmsNorm`, which run one kernel. */
export function normKernels<Backend>(normalize: NormKernel<Backend>): Pick<Kernels<Backend>, 'layerNorm' | 'rmsNorm'> {
  return {
    layerNorm: (backend, inputs, { epsilon }) => normalize(backend, inputs, { epsilon, centered: true }),
    rmsNorm: (backend, inputs, { epsilon }) => normalize(backend, inputs, { epsilon, centered: false }),
  };
}

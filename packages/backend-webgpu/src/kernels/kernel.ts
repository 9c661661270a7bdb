import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';

/** One of our kernels: tensors and settings by name. Shapes were checked by the op of the same name. */
export type Kernel<Inputs, Attributes> = (backend: WebGPUBackend, inputs: Inputs, attributes: Attributes) => TensorInfo;

/** A kernel in the form that tfjs registers. */
export function kernel<Inputs, Attributes>(compute: Kernel<Inputs, Attributes>): KernelFunc {
  return ({ inputs, attrs, backend }) => compute(backend as WebGPUBackend, inputs as Inputs, attrs as Attributes);
}

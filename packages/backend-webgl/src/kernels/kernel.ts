import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from '../backend.js';

/** One of our kernels: tensors and settings by name. Shapes were checked by the op of the same name. */
export type Kernel<Inputs, Attributes> = (backend: WebGLBackend, inputs: Inputs, attributes: Attributes) => TensorInfo;

/** A kernel in the form that tfjs registers. */
export function kernel<Inputs, Attributes>(compute: Kernel<Inputs, Attributes>): KernelFunc {
  return ({ inputs, attrs, backend }) => compute(backend as WebGLBackend, inputs as Inputs, attrs as Attributes);
}

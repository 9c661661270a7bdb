import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from '../backend.js';

/** A kernel of ours: a function of backend, inputs and attributes. The op of the same name has checked the shapes. */
export type Kernel<Inputs, Attributes> = (backend: WebGLBackend, inputs: Inputs, attributes: Attributes) => TensorInfo;

/** Converts a kernel to the form that tfjs registers. */
export function kernel<Inputs, Attributes>(compute: Kernel<Inputs, Attributes>): KernelFunc {
  return ({ inputs, attrs, backend }) => compute(backend as WebGLBackend, inputs as Inputs, attrs as Attributes);
}

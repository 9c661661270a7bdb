import type { KernelBackend, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelInputs } from '../ops/op.js';
import type { KernelOps } from './ops.js';

/** A kernel of an op: a function of a backend, inputs and attributes. The op has checked types and shapes. */
export type Kernel<Backend, Name extends keyof KernelOps> = (
  backend: Backend,
  inputs: KernelInputs<KernelOps[Name][0]>,
  attributes: KernelOps[Name][1],
) => TensorInfo;

/** The kernels of a backend by the name of their op. */
export type Kernels<Backend> = { readonly [Name in keyof KernelOps]?: Kernel<Backend, Name> };

/** A kernel of any op. */
export type AnyKernel<Backend> = (backend: Backend, inputs: never, attributes: never) => TensorInfo;

/**
 * Kernels in the form that tfjs registers, by the full name of their op. `convert` makes that form of each; by default
 * it passes on the backend, inputs and attributes of the call.
 */
export function kernelFuncs<Backend>(
  kernels: Kernels<Backend>,
  convert: (kernel: AnyKernel<Backend>) => KernelFunc = kernelFunc,
): Record<string, KernelFunc> {
  return Object.fromEntries(Object.entries(kernels).map(([name, kernel]) => [`residual.${name}`, convert(kernel)]));
}

function kernelFunc<Backend>(kernel: AnyKernel<Backend>): KernelFunc {
  return ({ inputs, attrs, backend }) => kernel(backend as Backend, inputs as never, attrs as never);
}

/** Another handle on the data of x, for a kernel that copies nothing: with another shape, or after a write in place. */
export function sharedHandle(backend: KernelBackend, x: TensorInfo, shape: number[] = x.shape): TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape, dtype: x.dtype };
}

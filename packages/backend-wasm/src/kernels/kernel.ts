import { type BufferReusingKernel, withBufferReuse } from '@residual/tensor';
import type { AnyKernel, Kernel as KernelOf, KernelOps } from '@residual/tensor/kernels';
import { getKernel, type KernelFunc, type NamedTensorInfoMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { type Heap, heapOf } from '../heap.js';

/** A kernel of this backend, on the shared memory. */
export type Kernel<Name extends keyof KernelOps> = KernelOf<Heap, Name>;

/** The kernel that a call runs; undefined where it runs one of tfjs. */
type KernelChoice = (inputs: NamedTensorInfoMap, attributes: object) => AnyKernel<Heap> | undefined;

const choices = /*#__PURE__*/ new WeakMap<KernelFunc, KernelChoice>();

/** The kernel that a registered function runs on its heap; undefined if it is not one of ours, or runs one of tfjs. */
export function heapKernelOf(
  func: KernelFunc,
  inputs: NamedTensorInfoMap,
  attributes: object,
): AnyKernel<Heap> | undefined {
  return choices.get(func)?.(inputs, attributes);
}

/** Converts a kernel that is ours for some calls and that of tfjs with a name for others. */
export function kernelFuncOr(stock: string, choose: KernelChoice): BufferReusingKernel {
  const func = withBufferReuse(call => {
    const kernel = choose(call.inputs, call.attrs as object);
    return kernel ? kernelFunc(kernel)(call) : (getKernel(stock, 'wasm').kernelFunc(call) as TensorInfo);
  });
  choices.set(func, choose);
  return func;
}

/** Converts a kernel to the form that tfjs registers. */
export function kernelFunc(kernel: AnyKernel<Heap>): BufferReusingKernel {
  const func = withBufferReuse(({ inputs, attrs, backend, output }) => {
    const heap = heapOf(backend);
    heap.reusableOutput = output;
    try {
      return kernel(heap, inputs as never, attrs as never);
    } finally {
      heap.reusableOutput = undefined;
    }
  });
  choices.set(func, () => kernel);
  return func;
}

import { type BufferReusingKernel, withBufferReuse } from '@residual/tensor';
import type { AnyKernel, Kernel as KernelOf, KernelOps } from '@residual/tensor/kernels';
import { type Heap, heapOf } from '../heap.js';

/** A kernel of this backend, on the shared memory. */
export type Kernel<Name extends keyof KernelOps> = KernelOf<Heap, Name>;

/** Converts a kernel to the form that tfjs registers. */
export function kernelFunc(kernel: AnyKernel<Heap>): BufferReusingKernel {
  return withBufferReuse(({ inputs, attrs, backend, output }) => {
    const heap = heapOf(backend);
    heap.reusableOutput = output;
    try {
      return kernel(heap, inputs as never, attrs as never);
    } finally {
      heap.reusableOutput = undefined;
    }
  });
}

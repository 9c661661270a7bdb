import { type BufferReusingKernel, withBufferReuse } from '@residual/tensor';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Heap, heapOf } from '../heap.js';

/** One of our kernels: tensors and settings by name, and the memory they lie in. Shapes were checked by the op of the same name. */
export type Kernel<Inputs, Attributes> = (heap: Heap, inputs: Inputs, attributes: Attributes) => TensorInfo;

/** A kernel in the form that tfjs registers. */
export function kernel<Inputs, Attributes>(compute: Kernel<Inputs, Attributes>): BufferReusingKernel {
  return withBufferReuse(({ inputs, attrs, backend, output }) => {
    const heap = heapOf(backend);
    heap.reusableOutput = output;
    try {
      return compute(heap, inputs as Inputs, attrs as Attributes);
    } finally {
      heap.reusableOutput = undefined;
    }
  });
}

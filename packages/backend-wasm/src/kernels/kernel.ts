import { type BufferReusingKernel, withBufferReuse } from '@residual/tensor';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Heap, heapOf } from '../heap.js';

/**
 * A kernel of ours: a function of the shared memory, inputs and attributes. The op of the same name has checked the
 * shapes.
 */
export type Kernel<Inputs, Attributes> = (heap: Heap, inputs: Inputs, attributes: Attributes) => TensorInfo;

/** Converts a kernel to the form that tfjs registers. */
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

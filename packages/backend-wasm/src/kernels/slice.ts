import type { BufferReusingKernel } from '@residual/tensor';
import { sizeOf } from '@residual/tensor/kernels';
import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { Heap } from '../heap.js';
import { type Kernel, kernelFuncOr } from './kernel.js';

/** Copies the entries of x from `start` on along an axis, as many as y has, to y. */
const sliceOne =
  (axis: number): Kernel<'slice'> =>
  (heap, { x }, { begin, size }) => {
    const y = heap.output([...size], x.dtype);
    const blocks = sizeOf(x.shape.slice(0, axis));
    const inner = sizeOf(x.shape.slice(axis + 1));
    const [step, length] = [x.shape[axis]! * inner, size[axis]! * inner];
    const from = heap.pointer(x) + 4 * begin[axis]! * inner;
    heap.call.copyBlocks!(from, heap.pointer(y), blocks, length, step, length);
    return y;
  };

/**
 * A part of x. Uses the kernel of tfjs unless x is float32 or int32 and the part, which has entries, is whole along all
 * axes but one.
 */
export const slice: BufferReusingKernel = /*#__PURE__*/ kernelFuncOr('Slice', ({ x }, attributes) => {
  const { size } = attributes as { size: readonly number[] };
  const parts = x!.shape.flatMap((length, axis) => (size[axis] === length ? [] : [axis]));
  return hasWords(x!) && parts.length <= 1 && sizeOf(size) > 0 && size.length > 0 ? sliceOne(parts[0] ?? 0) : undefined;
});

const joined = (heap: Heap, inputs: NamedTensorInfoMap, { axis }: { readonly axis: number }): TensorInfo => {
  const parts = Object.values(inputs) as TensorInfo[];
  const [{ shape, dtype }] = parts as [TensorInfo];
  const total = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  const y = heap.output([...shape.slice(0, axis), total, ...shape.slice(axis + 1)], dtype);
  const blocks = sizeOf(shape.slice(0, axis));
  const inner = sizeOf(shape.slice(axis + 1));
  let to = heap.pointer(y);
  for (const part of parts) {
    const length = part.shape[axis]! * inner;
    heap.call.copyBlocks!(heap.pointer(part), to, blocks, length, length, total * inner);
    to += 4 * length;
  }
  return y;
};

/** A list of parts beside each other along an axis. Uses the kernel of tfjs unless all have entries of four bytes. */
export const concat: BufferReusingKernel = /*#__PURE__*/ kernelFuncOr('Concat', parts =>
  Object.values(parts as Record<string, TensorInfo>).every(hasWords) ? joined : undefined,
);

/** Whether it has entries of four bytes. */
const hasWords = ({ dtype, shape }: TensorInfo) => (dtype === 'float32' || dtype === 'int32') && sizeOf(shape) > 0;

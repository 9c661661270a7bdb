import { type BufferReusingKernel, withBufferReuse } from '@residual/tensor';
import { sizeOf } from '@residual/tensor/kernels';
import { getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { type Kernel, kernelFunc } from './kernel.js';

/**
 * a + b with broadcasting. Uses the kernel of tfjs unless b has the shape of a or is repeated along the first axes of
 * a.
 */
export const add: BufferReusingKernel = /*#__PURE__*/ withBufferReuse(call => {
  const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
  return repeats(b, a) ? repeatingSum(call) : (getKernel('Add', 'wasm').kernelFunc(call) as TensorInfo);
});

const sum: Kernel<'add'> = (heap, { a, b }) => {
  const [left, right] = [heap.pointer(a), heap.pointer(b)];
  const y = heap.output(a.shape);
  heap.call.sum!(left, right, heap.pointer(y), sizeOf(a.shape), sizeOf(b.shape));
  return y;
};

const repeatingSum = /*#__PURE__*/ kernelFunc(sum);

/**
 * Whether `part` broadcasts to `whole` by repeating its data as a block: its shape is a suffix of that of `whole`,
 * after lengths of 1.
 */
function repeats(part: TensorInfo, whole: TensorInfo): boolean {
  if (part.dtype !== 'float32' || whole.dtype !== 'float32') return false;
  const leading = whole.shape.length - part.shape.length;
  if (leading < 0) return false;
  const first = part.shape.findIndex(length => length > 1);
  return first < 0
    ? sizeOf(whole.shape) === 1
    : part.shape.every((n, i) => i < first || n === whole.shape[leading + i]);
}

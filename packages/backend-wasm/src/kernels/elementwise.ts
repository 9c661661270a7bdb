import { type BufferReusingKernel, withBufferReuse } from '@residual/tensor';
import { getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from '../heap.js';
import { type Kernel, kernel } from './kernel.js';

type Pair = { a: TensorInfo; b: TensorInfo };

/**
 * a + b with broadcasting. Uses the kernel of tfjs unless b has the shape of a or is repeated along the first axes of
 * a.
 */
export const add: BufferReusingKernel = /*#__PURE__*/ withBufferReuse(call => {
  const { a, b } = call.inputs as Pair;
  return repeats(b, a) ? sum(call) : (getKernel('Add', 'wasm').kernelFunc(call) as TensorInfo);
});

const sum = /*#__PURE__*/ kernel<Pair, unknown>((heap, { a, b }) => {
  const [left, right] = [heap.pointer(a), heap.pointer(b)];
  const y = heap.output(a.shape);
  heap.call.sum!(left, right, heap.pointer(y), sizeOf(a.shape), sizeOf(b.shape));
  return y;
});

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

/** scale · x + shift. */
export const affine: Kernel<{ x: TensorInfo }, { scale: number; shift: number }> = (heap, { x }, { scale, shift }) => {
  const from = heap.pointer(x);
  const y = heap.output(x.shape);
  heap.call.affine!(from, heap.pointer(y), sizeOf(x.shape), scale, shift);
  return y;
};

/**
 * Dropout: entry i of x / (1 - rate) if the upper 24 bits at `key` and counter i are at least round(rate · 2²⁴), else
 * 0.
 */
export const dropout: Kernel<{ x: TensorInfo }, { rate: number; key: readonly [number, number] }> = (
  heap,
  { x },
  { rate, key: [a, b] },
) => {
  const from = heap.pointer(x);
  const y = heap.output(x.shape);
  const threshold = Math.round(rate * 2 ** 24);
  heap.call.dropout!(from, heap.pointer(y), sizeOf(x.shape), threshold, 1 / (1 - rate), a, b);
  return y;
};

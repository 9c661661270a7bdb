import type { TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from '../heap.js';
import type { Kernel } from './kernel.js';

type Epsilon = { epsilon: number };

/** (x - mean) / √(variance + epsilon) · weight + bias along the last axis: x [..., dim], weight and bias [dim]. */
export const layerNorm: Kernel<{ x: TensorInfo; weight?: TensorInfo; bias?: TensorInfo }, Epsilon> = (
  heap,
  { x, weight, bias },
  { epsilon },
) => {
  const dim = x.shape.at(-1)!;
  const [from, times, plus] = [heap.pointer(x), heap.pointer(weight), heap.pointer(bias)];
  const y = heap.output(x.shape);
  heap.call.layerNorm!(from, times, plus, heap.pointer(y), sizeOf(x.shape) / dim, dim, epsilon);
  return y;
};

/** x / √(mean x² + epsilon) · weight along the last axis: x [..., dim], weight [dim]. */
export const rmsNorm: Kernel<{ x: TensorInfo; weight?: TensorInfo }, Epsilon> = (heap, { x, weight }, { epsilon }) => {
  const dim = x.shape.at(-1)!;
  const [from, times] = [heap.pointer(x), heap.pointer(weight)];
  const y = heap.output(x.shape);
  heap.call.rmsNorm!(from, times, heap.pointer(y), sizeOf(x.shape) / dim, dim, epsilon);
  return y;
};

import { ResidualError } from '@residual/tensor';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.js';

interface Inputs {
  /** [batch, heads, length, headDim] */
  x: TensorInfo;
  /** [positions, pairs] */
  cos: TensorInfo;
  /** [positions, pairs] */
  sin: TensorInfo;
  /** int32 [1 | batch, length] */
  ids: TensorInfo;
}

/**
 * Rotates pairs of entries of x by the angle of their position; entries beyond 2 · pairs are copied. Errors for a
 * position outside the table.
 */
export const rotate: Kernel<Inputs, { interleaved: boolean }> = (heap, { x, cos, sin, ids }, { interleaved }) => {
  const [batch, heads, length, headDim] = x.shape as [number, number, number, number];
  const [positions, pairs] = cos.shape as [number, number];
  const pointers = [x, cos, sin, ids].map(input => heap.pointer(input));
  const y = heap.output(x.shape);
  const stride = ids.shape[0] === 1 ? 0 : length;
  const sizes = [batch, heads, length, headDim, positions, pairs, stride, Number(interleaved)];
  const wrong = heap.call.rotate!(...pointers, heap.pointer(y), ...sizes);
  if (wrong < 0) return y;
  heap.free(y);
  throw new ResidualError(
    'range',
    `rotate: position ${heap.int(ids, wrong)} is outside the table of ${positions} positions`,
  );
};

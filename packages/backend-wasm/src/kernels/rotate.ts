import type { Kernel } from './kernel.js';

/**
 * Rotates pairs of entries of x by the angle of their position; entries beyond 2 · pairs are copied. Errors for a
 * position outside the table.
 */
export const rotate: Kernel<'rotate'> = (heap, { x, cos, sin, ids }, { interleaved }) => {
  const [batch, heads, length, headDim] = x.shape as [number, number, number, number];
  const [positions, pairs] = cos.shape as [number, number];
  const pointers = [x, cos, sin, ids].map(input => heap.pointer(input));
  const stride = ids.shape[0] === 1 ? 0 : length;
  const sizes = [batch, heads, length, headDim, positions, pairs, stride, Number(interleaved)];
  return heap.checkedOutput(
    x,
    y => heap.call.rotate!(...pointers, y, ...sizes),
    wrong => `rotate: position ${heap.int(ids, wrong)} is outside the table of ${positions} positions`,
  );
};

import { sharedHandle, sizeOf } from '@residual/tensor/kernels';
import { runPass, vectorWidth } from '../program.js';
import type { Kernel } from './kernel.js';

/**
 * Writes the rows of x into the cache from `position` on: in place if no other handle shares it, or else into a copy.
 */
export const appendToCache: Kernel<'appendToCache'> = (backend, { cache, x, position }) => {
  const [, , capacity, headDim] = cache.shape as [number, number, number, number];
  const isInPlace = backend.refCount(cache.dataId) === 1;
  const width = isInPlace ? vectorWidth(headDim) : 1;
  const output = runPass(backend, {
    inputs: isInPlace ? { x, position } : { cache, x, position },
    ...(isInPlace && { into: cache }),
    shape: cache.shape,
    dtype: cache.dtype as 'float32' | 'int32',
    ints: { capacity, length: x.shape[2]!, rowSize: headDim / width },
    width,
    wide: ['x', 'result'],
    count: sizeOf(isInPlace ? x.shape : cache.shape) / width,
    code: isInPlace ? writeInPlace : writeCopy,
  });
  return isInPlace ? sharedHandle(backend, cache) : output;
};

const writeInPlace = `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let line = index / uniforms.rowSize;
  let matrix = line / uniforms.length;
  let row = position[0] + line - matrix * uniforms.length;
  if (row < 0 || row >= uniforms.capacity) { return; }
  result[(matrix * uniforms.capacity + row) * uniforms.rowSize + index - line * uniforms.rowSize] = x[index];
}
`;

const writeCopy = `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let line = index / uniforms.rowSize;
  let matrix = line / uniforms.capacity;
  let row = line - matrix * uniforms.capacity - position[0];
  if (row < 0 || row >= uniforms.length) {
    result[index] = cache[index];
  } else {
    result[index] = x[(matrix * uniforms.length + row) * uniforms.rowSize + index - line * uniforms.rowSize];
  }
}
`;

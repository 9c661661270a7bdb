import { sharedHandle } from '@residual/tensor/kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from '../backend.js';
import { runPass } from '../program.js';
import { writeRows } from '../write-rows.js';
import type { Kernel } from './kernel.js';

/**
 * Writes the rows of x into the cache from `position` on: into its texture if no other handle shares it, or else into a
 * new one.
 */
export const appendToCache: Kernel<'appendToCache'> = (backend, { cache, x, position }) => {
  if (canWriteInPlace(backend, cache)) {
    writeRows(backend, { target: cache, rows: x, start: position });
    backend.texData.get(cache.dataId).values = undefined; // the copy of an earlier read is stale
    return sharedHandle(backend, cache);
  }
  return runPass(backend, {
    inputs: { cache, x, position },
    shape: cache.shape,
    ints: { capacity: cache.shape[2]!, headDim: cache.shape[3]!, length_: x.shape[2]! },
    code,
  });
};

/** Whether the caller has the only handle, and each pair of rows is a row of the texture. */
function canWriteInPlace(backend: WebGLBackend, cache: TensorInfo): boolean {
  const { texture, isPacked, texShape, slice, shape } = backend.texData.get(cache.dataId);
  if (!texture || !isPacked || !texShape || slice || backend.refCount(cache.dataId) !== 1) return false;
  const headDim = cache.shape[3]!;
  return texShape[1] === headDim + (headDim % 2) && shape.at(-1) === headDim && shape.at(-2) === cache.shape[2];
}

const code = `
vec2 rowOfX(int matrix, int row, int pair) {
  vec4 block = texel(x, (matrix * pairCount(length_) + row / 2) * pairCount(headDim) + pair);
  return (row & 1) == 0 ? block.xy : block.zw;
}
void main() {
  ivec3 at = entryIndex(capacity, headDim);
  int row = at.y - int(texel(position, 0).x);
  vec4 y = texel(cache, texelIndex());
  if (row >= 0 && row < length_) y.xy = rowOfX(at.x, row, at.z / 2);
  if (row + 1 >= 0 && row + 1 < length_) y.zw = rowOfX(at.x, row + 1, at.z / 2);
  setOutput(y);
}
`;

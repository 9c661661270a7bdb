import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from '../backend.js';
import { runPass } from '../program.js';
import { writeRows } from '../write-rows.js';
import type { Kernel } from './kernel.js';

interface Inputs {
  /** [batch, kvHeads, capacity, headDim] */
  cache: TensorInfo;
  /** [batch, kvHeads, length, headDim] */
  x: TensorInfo;
  /** int32 [1] */
  position: TensorInfo;
}

/**
 * Writes the rows of x into the cache from `position` on: into its texture if no other handle shares it, or else into a
 * new one.
 */
export const appendToCache: Kernel<Inputs, object> = (backend, { cache, x, position }) =>
  canWriteInPlace(backend, cache) ? writeInPlace(backend, cache, x, position) : writeCopy(backend, cache, x, position);

/** Whether the caller has the only handle, and each pair of rows is a row of the texture. */
function canWriteInPlace(backend: WebGLBackend, cache: TensorInfo): boolean {
  const { texture, isPacked, texShape, slice, shape } = backend.texData.get(cache.dataId);
  if (!texture || !isPacked || !texShape || slice || backend.refCount(cache.dataId) !== 1) return false;
  const width = cache.shape[3]!;
  return texShape[1] === width + (width % 2) && shape.at(-1) === width && shape.at(-2) === cache.shape[2];
}

function writeInPlace(backend: WebGLBackend, cache: TensorInfo, x: TensorInfo, position: TensorInfo): TensorInfo {
  writeRows(backend, { target: cache, rows: x, start: position });
  backend.texData.get(cache.dataId).values = undefined; // the copy of an earlier read is stale
  backend.incRef(cache.dataId);
  return { dataId: cache.dataId, shape: cache.shape, dtype: cache.dtype };
}

function writeCopy(backend: WebGLBackend, cache: TensorInfo, x: TensorInfo, position: TensorInfo): TensorInfo {
  const [, , capacity, width] = cache.shape as [number, number, number, number];
  return runPass(backend, {
    inputs: { cache, x, position },
    shape: cache.shape,
    ints: { capacity, width, added: x.shape[2]! },
    code,
  });
}

const code = `
vec2 added2(int matrix, int row, int at) {
  vec4 block = texel(x, (matrix * halved(added) + row / 2) * halved(width) + at);
  return (row & 1) == 0 ? block.xy : block.zw;
}
void main() {
  int i = here();
  int line = i / halved(width);
  int at = i - line * halved(width);
  int matrix = line / halved(capacity);
  int row = 2 * (line - matrix * halved(capacity)) - int(texel(position, 0).x);
  vec4 y = texel(cache, i);
  if (row >= 0 && row < added) y.xy = added2(matrix, row, at);
  if (row + 1 >= 0 && row + 1 < added) y.zw = added2(matrix, row + 1, at);
  setOutput(y);
}
`;

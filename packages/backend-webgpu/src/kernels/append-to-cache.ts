import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { runPass, sizeOf, workgroupsFor } from '../program.js';
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
 * Writes the rows of x into the cache from `position` on: in place if no other handle shares it, or else into a copy.
 */
export const appendToCache: Kernel<Inputs, object> = (backend, inputs) =>
  backend.refCount(inputs.cache.dataId) === 1 ? writeInPlace(backend, inputs) : writeCopy(backend, inputs);

function writeInPlace(backend: WebGPUBackend, { cache, x, position }: Inputs): TensorInfo {
  const [, , capacity, dim] = cache.shape as [number, number, number, number];
  const width = dim % 4 === 0 ? 4 : 1;
  const count = sizeOf(x.shape) / width;
  runPass(backend, {
    inputs: { x, position },
    into: cache,
    shape: cache.shape,
    ints: { count, capacity, added: x.shape[2]!, length: dim / width },
    width,
    wide: width === 4 ? ['x'] : [],
    workgroups: workgroupsFor(count),
    code: `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let line = index / uniforms.length;
  let matrix = line / uniforms.added;
  let row = position[0] + line - matrix * uniforms.added;
  if (row < 0 || row >= uniforms.capacity) { return; }
  result[(matrix * uniforms.capacity + row) * uniforms.length + index - line * uniforms.length] = x[index];
}
`,
  });
  backend.incRef(cache.dataId);
  return { dataId: cache.dataId, shape: cache.shape, dtype: cache.dtype };
}

function writeCopy(backend: WebGPUBackend, { cache, x, position }: Inputs): TensorInfo {
  const [, , capacity, dim] = cache.shape as [number, number, number, number];
  const count = sizeOf(cache.shape);
  return runPass(backend, {
    inputs: { cache, x, position },
    shape: cache.shape,
    ints: { count, capacity, added: x.shape[2]!, length: dim },
    workgroups: workgroupsFor(count),
    code: `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let line = index / uniforms.length;
  let matrix = line / uniforms.capacity;
  let row = line - matrix * uniforms.capacity - position[0];
  if (row < 0 || row >= uniforms.added) {
    result[index] = cache[index];
  } else {
    result[index] = x[(matrix * uniforms.added + row) * uniforms.length + index - line * uniforms.length];
  }
}
`,
  });
}

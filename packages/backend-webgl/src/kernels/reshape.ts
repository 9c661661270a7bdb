import type { TensorInfo } from '@tensorflow/tfjs-core';
import { getKernel } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from '../backend.js';
import { sameLayout } from '../program.js';
import type { Kernel } from './kernel.js';

/**
 * The same data with another shape. A packed texture serves both shapes if their blocks have the same order, also for
 * single rows, which tfjs would copy, such as the heads of one position: [1, 1, modelDim] to [1, heads, 1, headDim].
 */
export const reshape: Kernel<{ x: TensorInfo }, { shape: number[] }> = (backend, { x }, { shape }) => {
  const data = backend.texData.get(x.dataId);
  if (!data.isPacked || !data.texture || !sameLayout(data.shape, x.shape) || !sameLayout(x.shape, shape)) {
    return tfjsReshape(backend, x, shape);
  }
  data.shape = shape;
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape, dtype: x.dtype };
};

function tfjsReshape(backend: WebGLBackend, x: TensorInfo, shape: number[]): TensorInfo {
  return getKernel('Reshape', 'webgl').kernelFunc({ inputs: { x }, attrs: { shape }, backend }) as TensorInfo;
}

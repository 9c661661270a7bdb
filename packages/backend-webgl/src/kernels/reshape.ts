import { sharedHandle } from '@residual/tensor/kernels';
import { getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { sameLayout } from '../program.js';
import type { Kernel } from './kernel.js';

/**
 * The same data with another shape. A packed texture serves both shapes if their blocks have the same order, also for
 * single rows, which tfjs would copy, such as the heads of one position: [1, 1, modelDim] to [1, heads, 1, headDim].
 */
export const reshape: Kernel<'reshape'> = (backend, { x }, attributes) => {
  const shape = [...attributes.shape];
  const data = backend.texData.get(x.dataId);
  if (!data.isPacked || !data.texture || !sameLayout(data.shape, x.shape) || !sameLayout(x.shape, shape)) {
    const { kernelFunc } = getKernel('Reshape', 'webgl');
    return kernelFunc({ inputs: { x }, attrs: { shape }, backend }) as TensorInfo;
  }
  data.shape = shape;
  return sharedHandle(backend, x, shape);
};

import { sizeOf } from '@residual/tensor/kernels';
import { getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { runPass } from '../program.js';
import type { Kernel } from './kernel.js';

/**
 * Converts numbers to another type. The kernel of tfjs relabels integers as floats without converting the data, and our
 * kernels would read their bits.
 */
export const cast: Kernel<'cast'> = (backend, { x }, { dtype }) => {
  if (dtype === 'int32') {
    const { kernelFunc } = getKernel('Cast', 'webgpu');
    return kernelFunc({ inputs: { x }, attrs: { dtype }, backend }) as TensorInfo;
  }
  return runPass(backend, {
    inputs: { x },
    shape: x.shape,
    count: sizeOf(x.shape),
    code: 'fn main(index : i32) { if (index < uniforms.count) { result[index] = f32(x[index]); } }',
  });
};

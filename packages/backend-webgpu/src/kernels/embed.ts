import type { TensorInfo } from '@tensorflow/tfjs-core';
import { runPass, sizeOf, workgroupsFor } from '../program.js';
import type { Kernel } from './kernel.js';

/** The rows of weight [rows, dim] at ids int32 [...]: [..., dim]. An id outside gives zeros. */
export const embed: Kernel<{ weight: TensorInfo; ids: TensorInfo }, object> = (backend, { weight, ids }) => {
  const [rows, dim] = weight.shape as [number, number];
  const width = dim % 4 === 0 && weight.dtype === 'float32' ? 4 : 1;
  const zero = width === 4 ? 'vec4<f32>(0.0)' : '0';
  const count = (sizeOf(ids.shape) * dim) / width;
  return runPass(backend, {
    inputs: { weight, ids },
    shape: [...ids.shape, dim],
    dtype: weight.dtype,
    ints: { count, rows, length: dim / width },
    width,
    wide: width === 4 ? ['weight'] : [],
    workgroups: workgroupsFor(count),
    code: `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let line = index / uniforms.length;
  let id = ids[line];
  let at = id * uniforms.length + index - line * uniforms.length;
  if (id >= 0 && id < uniforms.rows) { result[index] = weight[at]; } else { result[index] = ${zero}; }
}
`,
  });
};

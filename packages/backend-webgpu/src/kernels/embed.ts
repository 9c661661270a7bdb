import { sizeOf } from '@residual/tensor/kernels';
import { runPass, vectorWidth } from '../program.js';
import type { Kernel } from './kernel.js';

/** The rows of weight [rows, dim] at ids int32 [...]: [..., dim]. An id outside gives zeros. */
export const embed: Kernel<'embed'> = (backend, { weight, ids }) => {
  const [rows, dim] = weight.shape as [number, number];
  const width = weight.dtype === 'float32' ? vectorWidth(dim) : 1;
  const zero = width === 4 ? 'vec4<f32>(0.0)' : '0';
  return runPass(backend, {
    inputs: { weight, ids },
    shape: [...ids.shape, dim],
    dtype: weight.dtype,
    ints: { rows, rowSize: dim / width },
    width,
    wide: ['weight', 'result'],
    count: (sizeOf(ids.shape) * dim) / width,
    code: `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let line = index / uniforms.rowSize;
  let id = ids[line];
  let at = id * uniforms.rowSize + index - line * uniforms.rowSize;
  if (id >= 0 && id < uniforms.rows) { result[index] = weight[at]; } else { result[index] = ${zero}; }
}
`,
  });
};

import { sizeOf } from '@residual/tensor/kernels';
import { runPass } from '../program.js';
import type { Kernel } from './kernel.js';

/**
 * Rotates pairs of entries by the angle of their position: (i, i + pairs), or (2i, 2i + 1) if interleaved; other
 * entries are unchanged.
 */
export const rotate: Kernel<'rotate'> = (backend, { x, cos, sin, ids }, { interleaved }) => {
  const [, heads, length, headDim] = x.shape as [number, number, number, number];
  return runPass(backend, {
    inputs: { x, cosines: cos, sines: sin, ids },
    shape: x.shape,
    ints: { heads, length, headDim, pairs: cos.shape[1]!, idRows: ids.shape[0]! },
    count: sizeOf(x.shape),
    code: interleaved
      ? codeFor('column / 2', '(column & 1) == 0', '1')
      : codeFor('column % pairs', 'column < pairs', 'pairs'),
  });
};

const codeFor = (pair: string, first: string, distance: string) => `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let pairs = uniforms.pairs;
  let line = index / uniforms.headDim;
  let column = index - line * uniforms.headDim;
  let entry = x[index];
  if (column >= 2 * pairs) {
    result[index] = entry;
    return;
  }
  let matrix = line / uniforms.length;
  let row = line - matrix * uniforms.length;
  let batch = select(matrix / uniforms.heads, 0, uniforms.idRows == 1);
  let angle = ids[batch * uniforms.length + row] * pairs + ${pair};
  if (${first}) {
    result[index] = entry * cosines[angle] - x[index + ${distance}] * sines[angle];
  } else {
    result[index] = entry * cosines[angle] + x[index - ${distance}] * sines[angle];
  }
}
`;

import type { TensorInfo } from '@tensorflow/tfjs-core';
import { runPass, sizeOf, workgroupsFor } from '../program.js';
import type { Kernel } from './kernel.js';

interface Inputs {
  /** [batch, heads, length, headDim] */
  x: TensorInfo;
  /** [positions, pairs] */
  cos: TensorInfo;
  /** [positions, pairs] */
  sin: TensorInfo;
  /** int32 [1 | batch, length] */
  ids: TensorInfo;
}

/**
 * Rotates pairs of entries by the angle of their position: (i, i + pairs), or (2i, 2i + 1) if interleaved; other
 * entries are unchanged.
 */
export const rotate: Kernel<Inputs, { interleaved: boolean }> = (backend, { x, cos, sin, ids }, { interleaved }) => {
  const [, heads, length, headDim] = x.shape as [number, number, number, number];
  const count = sizeOf(x.shape);
  return runPass(backend, {
    inputs: { x, cosines: cos, sines: sin, ids },
    shape: x.shape,
    ints: { count, heads, length, headDim, pairs: cos.shape[1]!, idRows: ids.shape[0]! },
    workgroups: workgroupsFor(count),
    code: interleaved
      ? codeFor('column / 2', '(column & 1) == 0', '1')
      : codeFor('column % pairs', 'column < pairs', 'pairs'),
  });
};

const codeFor = (pair: string, first: string, apart: string) => `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let pairs = uniforms.pairs;
  let line = index / uniforms.headDim;
  let column = index - line * uniforms.headDim;
  let here = x[index];
  if (column >= 2 * pairs) {
    result[index] = here;
    return;
  }
  let matrix = line / uniforms.length;
  let row = line - matrix * uniforms.length;
  let batch = select(matrix / uniforms.heads, 0, uniforms.idRows == 1);
  let angle = ids[batch * uniforms.length + row] * pairs + ${pair};
  if (${first}) {
    result[index] = here * cosines[angle] - x[index + ${apart}] * sines[angle];
  } else {
    result[index] = here * cosines[angle] + x[index - ${apart}] * sines[angle];
  }
}
`;

import type { RandomKey } from '@residual/tensor';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { runPass, sizeOf, workgroupsFor } from '../program.js';
import type { Kernel } from './kernel.js';

/**
 * Dropout with the random bits of the composition: entries below `rate` become 0, the others are divided by 1 - rate.
 */
export const dropout: Kernel<{ x: TensorInfo }, { rate: number; key: RandomKey }> = (backend, { x }, { rate, key }) => {
  const count = sizeOf(x.shape);
  return runPass(backend, {
    inputs: { x },
    shape: x.shape,
    ints: { count, keyA: key[0], keyB: key[1], threshold: Math.round(rate * 2 ** 24) },
    floats: { kept: 1 / (1 - rate) },
    workgroups: workgroupsFor(count),
    code,
  });
};

const code = `
fn mixed(bits : u32) -> u32 {
  var h = bits;
  h = (h ^ (h >> 16u)) * 0x7feb352du;
  h = (h ^ (h >> 15u)) * 0x846ca68bu;
  return h ^ (h >> 16u);
}
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let bits = mixed(mixed(u32(index) + bitcast<u32>(uniforms.keyA)) ^ bitcast<u32>(uniforms.keyB));
  result[index] = select(x[index] * uniforms.kept, 0.0, i32(bits >> 8u) < uniforms.threshold);
}
`;

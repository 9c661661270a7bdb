import { dropoutParameters, hash32Code, sizeOf } from '@residual/tensor/kernels';
import { runPass } from '../program.js';
import type { Kernel } from './kernel.js';

/**
 * Dropout with the random bits of the composition: entries below `rate` become 0, the others are divided by 1 - rate.
 */
export const dropout: Kernel<'dropout'> = (backend, { x }, attributes) => {
  const { threshold, scale } = dropoutParameters(attributes);
  const [keyA, keyB] = attributes.key;
  return runPass(backend, {
    inputs: { x },
    shape: x.shape,
    ints: { keyA, keyB, threshold },
    floats: { scale },
    count: sizeOf(x.shape),
    code,
  });
};

const code = `
fn hash32(bits : u32) -> u32 {
  var h = bits;
  ${hash32Code}
  return h;
}
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let bits = hash32(hash32(u32(index) + bitcast<u32>(uniforms.keyA)) ^ bitcast<u32>(uniforms.keyB));
  result[index] = select(x[index] * uniforms.scale, 0.0, i32(bits >> 8u) < uniforms.threshold);
}
`;

import { dropoutParameters, hash32Code } from '@residual/tensor/kernels';
import { asMatrices, runPass } from '../program.js';
import type { Kernel } from './kernel.js';

/**
 * Dropout with the random bits of the composition: entries below `rate` become 0, the others are divided by 1 - rate.
 */
export const dropout: Kernel<'dropout'> = (backend, { x }, attributes) => {
  const [, rows, columns] = asMatrices(x.shape);
  const { threshold, scale } = dropoutParameters(attributes);
  const [keyA, keyB] = attributes.key;
  return runPass(backend, {
    inputs: { x },
    shape: x.shape,
    ints: { rows, columns, keyA, keyB, threshold },
    floats: { scale },
    code,
  });
};

const code = `
uint hash32(uint h) {
  ${hash32Code}
  return h;
}
float mask(int counter) {
  uint bits = hash32(hash32(uint(counter) + uint(keyA)) ^ uint(keyB));
  return int(bits >> 8) < threshold ? 0.0 : scale;
}
void main() {
  ivec3 at = entryIndex(rows, columns);
  int i = (at.x * rows + at.y) * columns + at.z;
  setOutput(texel(x, texelIndex()) * vec4(mask(i), mask(i + 1), mask(i + columns), mask(i + columns + 1)));
}
`;

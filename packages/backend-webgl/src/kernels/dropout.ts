import type { RandomKey } from '@residual/tensor';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { asMatrices, runPass } from '../program.js';
import type { Kernel } from './kernel.js';

/**
 * Dropout with the random bits of the composition: entries below `rate` become 0, the others are divided by 1 - rate.
 */
export const dropout: Kernel<{ x: TensorInfo }, { rate: number; key: RandomKey }> = (backend, { x }, { rate, key }) => {
  const [, rows, columns] = asMatrices(x.shape);
  return runPass(backend, {
    inputs: { x },
    shape: x.shape,
    ints: { rows, columns, keyA: key[0], keyB: key[1], threshold: Math.round(rate * 2 ** 24) },
    floats: { kept: 1 / (1 - rate) },
    code,
  });
};

const code = `
uint mixed(uint h) {
  h ^= h >> 16;
  h *= 0x7feb352du;
  h ^= h >> 15;
  h *= 0x846ca68bu;
  return h ^ (h >> 16);
}
float mask(int counter) {
  uint bits = mixed(mixed(uint(counter) + uint(keyA)) ^ uint(keyB));
  return int(bits >> 8) < threshold ? 0.0 : kept;
}
void main() {
  int i = here();
  int pair = i / halved(columns);
  int column = 2 * (i - pair * halved(columns));
  int batch = pair / halved(rows);
  int row = 2 * (pair - batch * halved(rows));
  int first = (batch * rows + row) * columns + column;
  setOutput(texel(x, i) * vec4(mask(first), mask(first + 1), mask(first + columns), mask(first + columns + 1)));
}
`;

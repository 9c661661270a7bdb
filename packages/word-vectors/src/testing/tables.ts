import { uniformValues } from '@residual/base';
import { float32ToFloat16, writeSafetensors } from '@residual/safetensors';
import { vectorTable, type WordVectors } from '../table.js';

/** Numbers from -1 to 1 that follow from a seed. */
export const randomNumbers = (count: number, seed: number): Float32Array =>
  uniformValues(seed, 'tables', count).map(value => 2 * value - 1);

/** Words `w0`, `w1`, ... with random vectors. */
export function randomTable(dtype: 'float32' | 'int8', rows: number, dims: number, seed = 1): WordVectors {
  const words = Array.from({ length: rows }, (_, i) => `w${i}`);
  const data = randomNumbers(rows * dims, seed);
  if (dtype === 'float32') return vectorTable({ words, data });
  const scale = Float32Array.from({ length: rows }, (_, i) => 0.01 + (i % 7) / 100);
  return vectorTable({ words, data: Int8Array.from(data, value => Math.round(value * 127)), scale });
}

/** A small world of two axes, royalty and gender, and a third for food; made for this project. */
export const world = {
  words: ['king', 'queen', 'man', 'woman', 'apple', 'well-known', 'new york', '2'],
  data: Float32Array.of(...[4, 1, 0.5, 4, -1, 0.5, 1, 1, 0, 1, -1, 0, 0, 0.1, 5, 2, 0, 2, 3, 0.5, 3, 1, 0.2, 1]),
  dims: 3,
};

/** That world as a table. */
export const worldTable = (): WordVectors => vectorTable(world);

/** Its table as a safetensors file of one dtype; int8 with its scales. */
export function worldFile(dtype: 'F32' | 'F16' | 'I8'): Uint8Array {
  const { data, words, dims } = world;
  const shape = [words.length, dims];
  if (dtype === 'F32') return writeSafetensors({ 'embedding.weight': { dtype, shape, data } });
  if (dtype === 'F16') return writeSafetensors({ 'embedding.weight': { dtype, shape, data: float32ToFloat16(data) } });
  const scale = Float32Array.from(words, (_, row) => Math.max(...rowOf(row).map(Math.abs)) / 127);
  const quantized = Int8Array.from(data, (value, i) => Math.round(value / scale[Math.floor(i / dims)]!));
  return writeSafetensors({
    'embedding.weight': { dtype, shape, data: quantized },
    'embedding.scale': { dtype: 'F32', shape: [words.length, 1], data: scale },
  });
}

const rowOf = (row: number) => [...world.data.subarray(row * world.dims, (row + 1) * world.dims)];

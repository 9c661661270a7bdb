import type { TensorInfo } from '@tensorflow/tfjs-core';
import { asMatrices, runPass } from '../program.js';
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
  const [idRows] = ids.shape as [number, number];
  return runPass(backend, {
    inputs: { x, cos_: cos, sin_: sin, ids },
    shape: x.shape,
    ints: { heads, rows: length, headDim, pairs: cos.shape[1]!, positions: asMatrices(cos.shape)[1], idRows },
    variants: { INTERLEAVED: interleaved },
    code,
  });
};

const code = `
float turned(int matrix, int row, int column, int id) {
  float self = entry(x, rows, headDim, matrix, row, column);
  if (column >= 2 * pairs) return self;
#ifdef INTERLEAVED
  int pair = column / 2;
  bool first = (column & 1) == 0;
  int other = first ? column + 1 : column - 1;
#else
  bool first = column < pairs;
  int pair = first ? column : column - pairs;
  int other = first ? column + pairs : pair;
#endif
  float there = entry(x, rows, headDim, matrix, row, other);
  float c = entry(cos_, positions, pairs, 0, id, pair);
  float s = entry(sin_, positions, pairs, 0, id, pair);
  return self * c + (first ? -there : there) * s;
}
vec2 turnedPair(int matrix, int row, int column) {
  int batch = idRows == 1 ? 0 : matrix / heads;
  int id = int(entry(ids, idRows, rows, 0, batch, row));
  return vec2(
    turned(matrix, row, column, id),
    column + 1 < headDim ? turned(matrix, row, column + 1, id) : 0.0);
}
void main() {
  int i = here();
  int line = i / halved(headDim);
  int column = 2 * (i - line * halved(headDim));
  int matrix = line / halved(rows);
  int row = 2 * (line - matrix * halved(rows));
  setOutput(vec4(
    turnedPair(matrix, row, column),
    row + 1 < rows ? turnedPair(matrix, row + 1, column) : vec2(0.0)));
}
`;

import { runPass } from '../program.js';
import type { Kernel } from './kernel.js';

/**
 * Rotates pairs of entries by the angle of their position: (i, i + pairs), or (2i, 2i + 1) if interleaved; other
 * entries are unchanged.
 */
export const rotate: Kernel<'rotate'> = (backend, { x, cos, sin, ids }, { interleaved }) => {
  const [, heads, rows, headDim] = x.shape as [number, number, number, number];
  const [positions, pairs] = cos.shape as [number, number];
  return runPass(backend, {
    inputs: { x, cos_: cos, sin_: sin, ids },
    shape: x.shape,
    ints: { heads, rows, headDim, pairs, positions, idRows: ids.shape[0]! },
    variants: { INTERLEAVED: interleaved },
    code,
  });
};

const code = `
float rotateEntry(int matrix, int row, int column, int id) {
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
  float partner = entry(x, rows, headDim, matrix, row, other);
  float c = entry(cos_, positions, pairs, 0, id, pair);
  float s = entry(sin_, positions, pairs, 0, id, pair);
  return self * c + (first ? -partner : partner) * s;
}
vec2 rotatePair(int matrix, int row, int column) {
  int batch = idRows == 1 ? 0 : matrix / heads;
  int id = int(entry(ids, idRows, rows, 0, batch, row));
  return vec2(
    rotateEntry(matrix, row, column, id),
    column + 1 < headDim ? rotateEntry(matrix, row, column + 1, id) : 0.0);
}
void main() {
  ivec3 at = entryIndex(rows, headDim);
  setOutput(vec4(
    rotatePair(at.x, at.y, at.z),
    at.y + 1 < rows ? rotatePair(at.x, at.y + 1, at.z) : vec2(0.0)));
}
`;

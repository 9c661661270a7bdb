import { asMatrices, runPass } from '../program.js';
import type { Kernel } from './kernel.js';

/** The rows of weight [rows, dim] at ids int32 [...]: [..., dim]. An id outside gives zeros. */
export const embed: Kernel<'embed'> = (backend, { weight, ids }) => {
  const [rows, dim] = weight.shape as [number, number];
  const shape = [...ids.shape, dim];
  const [, idRows, idColumns] = asMatrices(ids.shape);
  const outRows = asMatrices(shape)[1];
  return runPass(backend, {
    inputs: { weight, ids },
    shape,
    dtype: weight.dtype,
    ints: { rows, dim, idRows, idColumns, outRows },
    code,
  });
};

const code = `
vec2 rowOf(int index, int at) {
  int line = index / idColumns;
  int id = int(entry(ids, idRows, idColumns, line / idRows, line % idRows, index % idColumns));
  if (id < 0 || id >= rows) return vec2(0.0);
  vec4 block = texel(weight, (id / 2) * pairCount(dim) + at);
  return (id & 1) == 0 ? block.xy : block.zw;
}
void main() {
  int i = texelIndex();
  int pair = i / pairCount(dim);
  int at = i - pair * pairCount(dim);
  int batch = pair / pairCount(outRows);
  int row = 2 * (pair - batch * pairCount(outRows));
  int first = batch * outRows + row;
  setOutput(vec4(rowOf(first, at), row + 1 < outRows ? rowOf(first + 1, at) : vec2(0.0)));
}
`;

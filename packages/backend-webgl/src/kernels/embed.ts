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
vec2 pairOf(int index, int pair) {
  int line = index / idColumns;
  int id = int(entry(ids, idRows, idColumns, line / idRows, line % idRows, index % idColumns));
  if (id < 0 || id >= rows) return vec2(0.0);
  vec4 block = texel(weight, (id / 2) * pairCount(dim) + pair);
  return (id & 1) == 0 ? block.xy : block.zw;
}
void main() {
  ivec3 at = entryIndex(outRows, dim);
  int i = at.x * outRows + at.y;
  int pair = at.z / 2;
  setOutput(vec4(pairOf(i, pair), at.y + 1 < outRows ? pairOf(i + 1, pair) : vec2(0.0)));
}
`;

import { sizeOf } from '@residual/tensor/kernels';
import { runPass } from '../program.js';
import type { Kernel } from './kernel.js';
import { packedCode, packedPass } from './packed-code.js';

/** The entries of a packed matrix, or of its rows at int32 [n]: [out or n, in]. A row outside gives zeros. */
export const unpack: Kernel<'unpack'> = (backend, { rows, ...bits }, { form, width }) => {
  const { inputs, ints, variants } = packedPass(backend, bits, form);
  const count = rows ? sizeOf(rows.shape) : ints.total!;
  return runPass(backend, {
    inputs: { ...inputs, rows },
    shape: [count, width],
    ints: { ...ints, count, width },
    variants,
    code: packedCode + code,
  });
};

const code = `
vec2 pairOfLine(int line, int column) {
  if (line >= count) return vec2(0.0);
#ifdef HAS_rows
  int row = int(entry(rows, 1, count, 0, 0, line));
#else
  int row = line;
#endif
  return row < 0 || row >= total ? vec2(0.0) : pairOf(row, column);
}
void main() {
  ivec3 at = entryIndex(count, width);
  setOutput(vec4(pairOfLine(at.y, at.z), pairOfLine(at.y + 1, at.z)));
}
`;

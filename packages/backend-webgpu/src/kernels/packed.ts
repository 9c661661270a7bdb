import type { PackedForm } from '@residual/tensor';
import { sizeOf } from '@residual/tensor/kernels';
import { runPass } from '../program.js';
import type { Kernel } from './kernel.js';

/** Expressions of entry `column` of a row whose words begin at `start`, and whose scales begin at `scalesStart`. */
const entryCode: Readonly<Record<PackedForm, string>> = {
  f16: 'unpack2x16float(u32(quants[start + column / 2]))[column % 2]',
  bf16: 'bitcast<f32>((u32(quants[start + column / 2]) << select(16u, 0u, column % 2 == 1)) & 0xffff0000u)',
  int8: 'scaleAt(scalesStart, column) * f32(extractBits(quants[start + column / 4], 8u * u32(column % 4), 8u))',
  int4: `scaleAt(scalesStart, column) * (f32(extractBits(
    u32(quants[start + 4 * (column / 32) + column % 16 / 4]),
    8u * u32(column % 4) + select(0u, 4u, column % 32 >= 16),
    4u,
  )) - 8.0)`,
};

const scaleCode = `
fn scaleAt(start : i32, column : i32) -> f32 {
  let group = column / 32;
  return unpack2x16float(u32(scales[start + group / 2]))[group % 2];
}
`;

/** The entries of a packed matrix, or of its rows at int32 [n]: [out or n, in]. A row outside gives zeros. */
export const unpack: Kernel<'unpack'> = (backend, { quants, scales, rows }, { form, width }) => {
  const [total, words] = quants.shape as [number, number];
  const count = rows ? sizeOf(rows.shape) : total;
  return runPass(backend, {
    inputs: { quants, scales, rows },
    shape: [count, width],
    ints: { total, words, scaleWords: scales?.shape[1] ?? 0, width },
    count: count * width,
    code: `
${scales ? scaleCode : ''}
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let line = index / uniforms.width;
  let column = index - line * uniforms.width;
  let row = ${rows ? 'rows[line]' : 'line'};
  if (row < 0 || row >= uniforms.total) { result[index] = 0.0; return; }
  let start = row * uniforms.words;
  ${scales ? 'let scalesStart = row * uniforms.scaleWords;' : ''}
  result[index] = ${entryCode[form]};
}
`,
  });
};

import type { PackedForm } from '@residual/tensor';
import { sizeOf } from '@residual/tensor/kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { runPass, vectorWidth } from '../program.js';
import type { Kernel } from './kernel.js';
import { quadCode } from './packed-code.js';

/** The uniforms with which `quadCode` finds the words of a row. */
export const packedInts = (quants: TensorInfo, scales: TensorInfo | undefined) => ({
  words: quants.shape[1]!,
  ...(scales && { scaleWords: scales.shape[1]! }),
});

/** The entries of a packed matrix, or of its rows at int32 [n]: [out or n, in]. A row outside gives zeros. */
export const unpack: Kernel<'unpack'> = (backend, { quants, scales, rows }, { form, width }) => {
  const total = quants.shape[0]!;
  const lines = rows ? sizeOf(rows.shape) : total;
  const quads = Math.ceil(width / 4);
  const isWide = vectorWidth(width) === 4;
  return runPass(backend, {
    inputs: { quants, scales, rows },
    shape: [lines, width],
    ints: { total, quads, width, ...packedInts(quants, scales) },
    width: isWide ? 4 : 1,
    wide: ['result'],
    count: lines * quads,
    code: codeOf(form, isWide, rows !== undefined),
  });
};

/** Each thread computes four entries of a row. */
const codeOf = (form: PackedForm, isWide: boolean, hasRows: boolean): string => `
${quadCode(form)}
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let line = index / uniforms.quads;
  let quad = index - line * uniforms.quads;
  let row = ${hasRows ? 'rows[line]' : 'line'};
  var y = vec4<f32>(0.0);
  if (row >= 0 && row < uniforms.total) { y = quadAt(row, quad); }
  ${
    isWide
      ? 'result[index] = y;'
      : `for (var i = 0; i < min(4, uniforms.width - 4 * quad); i++) {
    result[line * uniforms.width + 4 * quad + i] = y[i];
  }`
  }
}
`;

import { sizeOf } from '@residual/tensor/kernels';
import { runPass } from '../program.js';
import { uploadWords } from '../word-texture.js';
import type { Kernel } from './kernel.js';

/** The entries of a packed matrix, or of its rows at int32 [n]: [out or n, in]. A row outside gives zeros. */
export const unpack: Kernel<'unpack'> = (backend, { quants, scales, rows }, { form, width }) => {
  const [total, words] = quants.shape as [number, number];
  const count = rows ? sizeOf(rows.shape) : total;
  uploadWords(backend, quants);
  if (scales) uploadWords(backend, scales);
  return runPass(backend, {
    inputs: { quants, scales, rows },
    shape: [count, width],
    ints: { total, words, scaleWords: scales?.shape[1] ?? 0, count, width },
    variants: { F16: form === 'f16', BF16: form === 'bf16', INT8: form === 'int8', INT4: form === 'int4' },
    code,
  });
};

const code = `
ivec4 bytesAt(sampler2D t, int index) { return ivec4(texel(t, index) * 255.0 + 0.5); }
int pairAt(sampler2D t, int start, int index) {
  ivec4 bytes = bytesAt(t, start + index / 2);
  return (index & 1) == 0 ? bytes.x | bytes.y << 8 : bytes.z | bytes.w << 8;
}
float halfOf(int bits) {
  int exponent = bits >> 10 & 31;
  int fraction = bits & 1023;
  float small = float(fraction) * exp2(-24.0);
  int whole = (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
  float size = exponent == 0 ? small : intBitsToFloat(whole);
  return (bits & 32768) == 0 ? size : -size;
}
float entryOf(int row, int column) {
  int start = row * words;
#ifdef F16
  return halfOf(pairAt(quants, start, column));
#endif
#ifdef BF16
  return intBitsToFloat(pairAt(quants, start, column) << 16);
#endif
#ifdef HAS_scales
  float scale = halfOf(pairAt(scales, row * scaleWords, column / 32));
#endif
#ifdef INT8
  int q = bytesAt(quants, start + column / 4)[column & 3];
  return scale * float(q < 128 ? q : q - 256);
#endif
#ifdef INT4
  int both = bytesAt(quants, start + 4 * (column / 32) + (column & 15) / 4)[column & 3];
  return scale * float(((column & 16) == 0 ? both & 15 : both >> 4) - 8);
#endif
}
vec2 pairOf(int line, int column) {
  if (line >= count) return vec2(0.0);
#ifdef HAS_rows
  int row = int(entry(rows, 1, count, 0, 0, line));
#else
  int row = line;
#endif
  if (row < 0 || row >= total) return vec2(0.0);
  return vec2(entryOf(row, column), column + 1 < width ? entryOf(row, column + 1) : 0.0);
}
void main() {
  ivec3 at = entryIndex(count, width);
  setOutput(vec4(pairOf(at.y, at.z), pairOf(at.y + 1, at.z)));
}
`;

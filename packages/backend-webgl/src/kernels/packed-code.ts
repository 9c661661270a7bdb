import type { PackedForm } from '@residual/tensor';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from '../backend.js';
import type { Pass } from '../program.js';
import { uploadWords } from '../word-texture.js';

/** The bits of a packed matrix as inputs of a kernel. */
interface Bits {
  readonly quants: TensorInfo;
  readonly scales?: TensorInfo | undefined;
}

/** What a pass needs to run `packedCode` on a packed matrix, whose words it uploads: `F16`, ... say its form. */
export function packedPass(
  backend: WebGLBackend,
  { quants, scales }: Bits,
  form: PackedForm,
): Required<Pick<Pass, 'inputs' | 'ints' | 'variants'>> {
  const [total, words] = quants.shape as [number, number];
  uploadWords(backend, quants);
  if (scales) uploadWords(backend, scales);
  return {
    inputs: { quants, scales },
    ints: { total, words, scaleWords: scales?.shape[1] ?? 0 },
    variants: { F16: form === 'f16', BF16: form === 'bf16', INT8: form === 'int8', INT4: form === 'int4' },
  };
}

/**
 * Reads the textures of `uploadWords`, whose texels have the bytes of a word. `scaleOf` is the scale of a group of a
 * row; `halvesOf` gives the two entries of a word of `F16` and `BF16`, `bytesOf` those of a word of the others as four
 * integers, before they are scaled: of `INT4` those in the upper halves of the bytes, or in the lower; `pairOf` gives
 * the scaled entries of a row at an even column and the next. Without `scales` they are in each row of `quants`, from
 * word `scaleWords` on.
 */
export const packedCode = `
vec4 bytesAt(sampler2D t, int index) { return floor(texel(t, index) * 255.0 + 0.5); }
float halfOf(int bits) {
  int exponent = bits >> 10 & 31;
  int fraction = bits & 1023;
  float small = float(fraction) * exp2(-24.0);
  int whole = (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
  float size = exponent == 0 ? small : intBitsToFloat(whole);
  return (bits & 32768) == 0 ? size : -size;
}
ivec2 sixteenBits(vec4 bytes) { return ivec2(bytes.xz + 256.0 * bytes.yw); }
vec2 halvesOf(vec4 bytes) {
  ivec2 bits = sixteenBits(bytes);
#ifdef BF16
  return intBitsToFloat(bits << 16);
#else
  return vec2(halfOf(bits.x), halfOf(bits.y));
#endif
}
vec4 bytesOf(vec4 bytes, bool upper) {
#ifdef INT4
  vec4 high = floor(bytes / 16.0);
  return (upper ? high : bytes - 16.0 * high) - 8.0;
#else
  return bytes - 256.0 * step(127.5, bytes);
#endif
}
#if defined(INT8) || defined(INT4)
float scaleOf(int row, int group) {
#ifdef HAS_scales
  ivec2 bits = sixteenBits(bytesAt(scales, row * scaleWords + group / 2));
#else
  ivec2 bits = sixteenBits(bytesAt(quants, row * words + scaleWords + group / 2));
#endif
  return halfOf((group & 1) == 0 ? bits.x : bits.y);
}
#endif
vec2 pairOf(int row, int column) {
  int start = row * words;
#if defined(INT8) || defined(INT4)
  #ifdef INT4
  int word = 4 * (column / 32) + (column & 15) / 4;
  #else
  int word = column / 4;
  #endif
  vec4 q = bytesOf(bytesAt(quants, start + word), (column & 16) != 0);
  return scaleOf(row, column / 32) * ((column & 2) == 0 ? q.xy : q.zw);
#else
  return halvesOf(bytesAt(quants, start + column / 2));
#endif
}
`;

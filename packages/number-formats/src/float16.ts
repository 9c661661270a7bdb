import { expectLength } from './errors.js';

/**
 * Converts float16 bits (IEEE 754 binary16) to float32, exactly. `into` receives the result and may be a view of a
 * larger array. Errors with code `length` if its length differs from that of `from`.
 */
export function float16ToFloat32(from: Uint16Array, into: Float32Array = new Float32Array(from.length)): Float32Array {
  expectLength('float16ToFloat32', 'into', into.length, from.length);
  const bits = new Int32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < from.length; i++) {
    const half = from[i]!; // read once, so that `from` may be the end of the memory of `into`
    const size = half & 0x7fff;
    const sign = (half & 0x8000) << 16;
    if (size >= 0x400 && size < 0x7c00) {
      bits[i] = ((size << 13) + 0x38000000) | sign; // the exponent bias differs by 112
      continue;
    }
    if (size >= 0x7c00)
      bits[i] = ((size << 13) + 0x70000000) | sign; // infinity, NaN
    else into[i] = (sign < 0 ? -size : size) * 2 ** -24; // subnormal
  }
  return into;
}

/**
 * Converts float32 to the bits of the nearest float16 (IEEE 754 binary16), ties to even: infinity from 65520,
 * subnormals below 2^-14. `into` receives the result and may be a view of a larger array. Errors with code `length` if
 * its length differs from that of `from`.
 */
export function float32ToFloat16(from: Float32Array, into: Uint16Array = new Uint16Array(from.length)): Uint16Array {
  expectLength('float32ToFloat16', 'into', into.length, from.length);
  const bits = new Int32Array(from.buffer, from.byteOffset, from.length);
  for (let i = 0; i < from.length; i++) {
    const word = bits[i]!;
    const x = word & 0x7fffffff;
    const isNormal = x >= 0x38800000 && x < 0x47800000;
    const half = isNormal ? (x - 0x38000000 + 0xfff + ((x >>> 13) & 1)) >>> 13 : unusualHalf(x, from[i]!);
    into[i] = ((word >>> 16) & 0x8000) | half;
  }
  return into;
}

/** The float16 of a size that is NaN, too large, or subnormal as float16; without its sign. */
function unusualHalf(bits: number, value: number): number {
  if (bits > 0x7f800000) return 0x7e00 | ((bits >>> 13) & 0x1ff); // NaN, made quiet
  if (bits >= 0x47800000) return 0x7c00; // 65536 and more
  return (Math.abs(value) * 2 ** 24 + 2 ** 52 - 2 ** 52) | 0; // steps of 2^-24; 2^52 rounds to even
}

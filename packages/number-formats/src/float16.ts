import { expectLength } from './errors.js';

/**
 * Converts float16 bits (IEEE 754 binary16) to float32, exactly. `into` receives the result and may be a view of a
 * larger array. Errors with code `length` if its length differs from that of `from`.
 */
export function float16ToFloat32(from: Uint16Array, into: Float32Array = new Float32Array(from.length)): Float32Array {
  expectLength('float16ToFloat32', 'into', into.length, from.length);
  const bits = new Uint32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < from.length; i++) {
    const size = from[i]! & 0x7fff;
    let x = (size << 13) + 0x38000000; // the exponent bias differs by 112
    if (size < 0x400) {
      into[i] = size * 2 ** -24; // subnormal
      x = bits[i]!;
    } else if (size >= 0x7c00) x += 0x38000000; // infinity, NaN
    bits[i] = x | ((from[i]! & 0x8000) << 16);
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
  const bits = new Uint32Array(from.buffer, from.byteOffset, from.length);
  for (let i = 0; i < from.length; i++) {
    const x = bits[i]! & 0x7fffffff;
    let half: number;
    if (x > 0x7f800000)
      half = 0x7e00 | ((x >>> 13) & 0x1ff); // NaN, made quiet
    else if (x >= 0x47800000)
      half = 0x7c00; // 65536 and more
    else if (x >= 0x38800000) half = (x - 0x38000000 + 0xfff + ((x >>> 13) & 1)) >>> 13;
    else half = Math.abs(from[i]!) * 2 ** 24 + 2 ** 52 - 2 ** 52; // subnormal: steps of 2^-24; 2^52 rounds to even
    into[i] = ((bits[i]! >>> 16) & 0x8000) | half;
  }
  return into;
}

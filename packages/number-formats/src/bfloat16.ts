import { expectLength } from './errors.js';

/**
 * Converts bfloat16 bits to float32, exactly. `into` receives the result and may be a view of a larger array. Errors
 * with code `length` if its length differs from that of `from`.
 */
export function bfloat16ToFloat32(from: Uint16Array, into: Float32Array = new Float32Array(from.length)): Float32Array {
  expectLength('bfloat16ToFloat32', 'into', into.length, from.length);
  const bits = new Uint32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < from.length; i++) bits[i] = from[i]! << 16;
  return into;
}

/**
 * Converts float32 to the bits of the nearest bfloat16, ties to even. `into` receives the result and may be a view of a
 * larger array. Errors with code `length` if its length differs from that of `from`.
 */
export function float32ToBfloat16(from: Float32Array, into: Uint16Array = new Uint16Array(from.length)): Uint16Array {
  expectLength('float32ToBfloat16', 'into', into.length, from.length);
  const bits = new Uint32Array(from.buffer, from.byteOffset, from.length);
  for (let i = 0; i < from.length; i++) {
    const x = bits[i]!;
    const quiet = (x & 0x7fffffff) > 0x7f800000; // NaN
    into[i] = quiet ? (x >>> 16) | 0x40 : (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
  }
  return into;
}

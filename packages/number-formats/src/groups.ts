import { ResidualError } from '@residual/base';
import { expectLength } from './errors.js';
import { float16ToFloat32, float32ToFloat16 } from './float16.js';

/** The number of values that share a scale. */
export const groupSize = 32;

/** Values in groups of 32 with a float16 scale each. */
export interface Quantized<Quants extends Int8Array | Uint8Array = Int8Array | Uint8Array> {
  /**
   * Of 8 bits: one signed byte a value. Of 4 bits: 16 bytes a group, with the first half of the values in the low bits
   * and the second half in the high bits, each as value / scale + 8.
   */
  readonly quants: Quants;
  /** The bits of the scales, one for each group. */
  readonly scales: Uint16Array;
}

/**
 * Rounds values to 8 bits: value ≈ scale · q, with scale = the largest size of the group / 127 and q from -127 to 127.
 * These are the numbers of Q8_0 in ggml. Errors with code `length` unless the values are whole groups, and with code
 * `range` if they are not finite or a scale is too large for float16.
 */
export function quantizeInt8(values: Float32Array): Quantized<Int8Array> {
  const quants = new Int8Array(values.length);
  const scales = quantizeGroups('quantizeInt8', values, from => {
    let largest = 0;
    for (let i = from; i < from + groupSize; i++) largest = Math.max(largest, Math.abs(values[i]!));
    const scale = Math.fround(largest / 127);
    const inverse = inverseOf(scale);
    for (let i = from; i < from + groupSize; i++) quants[i] = roundAway(Math.fround(values[i]! * inverse));
    return scale;
  });
  return { quants, scales };
}

/**
 * Rounds values to 4 bits: value ≈ scale · (q - 8), with scale = the value of the largest size / -8, so that it becomes
 * exactly -8, and q from 0 to 15. These are the numbers of Q4_0 in ggml. Errors as `quantizeInt8`.
 */
export function quantizeInt4(values: Float32Array): Quantized<Uint8Array> {
  const quants = new Uint8Array(values.length / 2);
  const scales = quantizeGroups('quantizeInt4', values, from => {
    let furthest = 0;
    for (let i = from; i < from + groupSize && !Number.isNaN(furthest); i++)
      if (!(Math.abs(values[i]!) <= Math.abs(furthest))) furthest = values[i]!;
    const scale = Math.fround(furthest / -8);
    const inverse = inverseOf(scale);
    const q = (i: number) => Math.min(15, Math.trunc(values[from + i]! * inverse + 8.5));
    for (let i = 0; i < 16; i++) quants[from / 2 + i] = q(i) | (q(i + 16) << 4);
    return scale;
  });
  return { quants, scales };
}

/**
 * The values of 8 bits with a scale: scale · q, rounded to float32 once. `into` receives the result and may be a view
 * of a larger array. Errors with code `length` if the lengths do not fit.
 */
export function dequantizeInt8(
  { quants, scales }: Quantized<Int8Array>,
  into: Float32Array = new Float32Array(quants.length),
): Float32Array {
  expectLength('dequantizeInt8', 'quants', quants.length, groupSize * scales.length);
  expectLength('dequantizeInt8', 'into', into.length, groupSize * scales.length);
  for (const [group, scale] of float16ToFloat32(scales).entries())
    for (let i = group * groupSize; i < (group + 1) * groupSize; i++) into[i] = scale * quants[i]!;
  return into;
}

/** The values of 4 bits with a scale: scale · (q - 8), rounded once; `into` and errors as `dequantizeInt8`. */
export function dequantizeInt4(
  { quants, scales }: Quantized<Uint8Array>,
  into: Float32Array = new Float32Array(2 * quants.length),
): Float32Array {
  expectLength('dequantizeInt4', 'quants', quants.length, (groupSize / 2) * scales.length);
  expectLength('dequantizeInt4', 'into', into.length, groupSize * scales.length);
  for (const [group, scale] of float16ToFloat32(scales).entries()) {
    const [from, to] = [(group * groupSize) / 2, group * groupSize];
    for (let i = 0; i < 16; i++) {
      into[to + i] = scale * ((quants[from + i]! & 15) - 8);
      into[to + 16 + i] = scale * ((quants[from + i]! >> 4) - 8);
    }
  }
  return into;
}

/** Quantizes each group from an index on; returns the bits of the scales. */
function quantizeGroups(caller: string, values: Float32Array, quantize: (from: number) => number): Uint16Array {
  const groups = Math.ceil(values.length / groupSize);
  expectLength(caller, 'values', values.length, groups * groupSize);
  const scales = Float32Array.from({ length: groups }, (_, group) => quantize(group * groupSize));
  const bits = float32ToFloat16(scales);
  const wrong = bits.findIndex(half => (half & 0x7c00) === 0x7c00);
  if (wrong < 0) return bits;
  const message = `group ${wrong} has the scale ${scales[wrong]}; finite ones up to 65504 would fit`;
  throw new ResidualError('range', `${caller}: ${message}`);
}

/** The inverse of a scale in float32; 0 for 0. */
const inverseOf = (scale: number) => (scale === 0 ? 0 : Math.fround(1 / scale));

/** Rounds to the nearest whole number, halves away from zero, as `roundf` of C. */
const roundAway = (value: number) => Math.sign(value) * Math.floor(Math.abs(value) + 0.5);

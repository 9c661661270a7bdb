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
 * These are the numbers of Q8_0 in ggml. `into` receives the result; its arrays may be views of larger ones. Errors
 * with code `length` unless the values are whole groups that fit, and with code `range` if they are not finite or a
 * scale is too large for float16.
 */
export function quantizeInt8(values: Float32Array, into?: Quantized<Int8Array>): Quantized<Int8Array> {
  const { quants, scales } = into ?? emptyGroups(values.length, Int8Array, 1);
  expectGroups('quantizeInt8', values, quants, scales, 1);
  const signed = new Int32Array(values.buffer, values.byteOffset, values.length);
  const exact = new Float32Array(scales.length);
  const exactBits = new Int32Array(exact.buffer);
  for (let group = 0; group < scales.length; group++) {
    const from = group * groupSize;
    const to = from + groupSize;
    let bits = 0; // the bits of sizes are ordered as the sizes
    for (let i = from; i < to; i++) bits = Math.max(bits, signed[i]! & 0x7fffffff);
    exactBits[group] = bits;
    exact[group]! /= 127;
  }
  const inverses = roundScales('quantizeInt8', exact, scales);
  for (let group = 0; group < scales.length; group++) {
    const inverse = inverses[group]!;
    const from = group * groupSize;
    const to = from + groupSize;
    for (let i = from; i < to; i++) {
      const size = (Math.abs(Math.fround(values[i]! * inverse)) + 0.5) | 0; // halves away from zero, as `roundf` of C
      const sign = signed[i]! >> 31; // a branch on random signs would cost more than all else
      quants[i] = (size ^ sign) - sign;
    }
  }
  return { quants, scales };
}

/**
 * Rounds values to 4 bits: value ≈ scale · (q - 8), with scale = the value of the largest size / -8, so that it becomes
 * exactly -8, and q from 0 to 15. These are the numbers of Q4_0 in ggml. `into` and errors as `quantizeInt8`.
 */
export function quantizeInt4(values: Float32Array, into?: Quantized<Uint8Array>): Quantized<Uint8Array> {
  const { quants, scales } = into ?? emptyGroups(values.length, Uint8Array, 2);
  expectGroups('quantizeInt4', values, quants, scales, 2);
  const signed = new Int32Array(values.buffer, values.byteOffset, values.length);
  const exact = new Float32Array(scales.length);
  for (let group = 0; group < scales.length; group++) {
    const from = group * groupSize;
    const to = from + groupSize;
    let bits = 0;
    let furthest = 0;
    for (let i = from; i < to; i++) {
      const size = signed[i]! & 0x7fffffff;
      if (size <= bits) continue;
      bits = size;
      furthest = values[i]!;
    }
    exact[group] = furthest / -8;
  }
  const inverses = roundScales('quantizeInt4', exact, scales);
  for (let group = 0; group < scales.length; group++) {
    const [inverse, from] = [inverses[group]!, group * groupSize];
    for (let i = 0; i < groupSize / 2; i++) {
      const low = Math.min(15, Math.fround(Math.fround(values[from + i]! * inverse) + 8.5)) | 0;
      const high = Math.min(15, Math.fround(Math.fround(values[from + 16 + i]! * inverse) + 8.5)) | 0;
      quants[from / 2 + i] = low | (high << 4);
    }
  }
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

/** The arrays of groups of values, with so many values in a byte. */
function emptyGroups<Quants>(
  length: number,
  Quants: new (length: number) => Quants,
  valuesPerByte: number,
): { quants: Quants; scales: Uint16Array } {
  const groups = Math.ceil(length / groupSize);
  return { quants: new Quants((groups * groupSize) / valuesPerByte), scales: new Uint16Array(groups) };
}

/** Throws unless values are whole groups and the arrays of their numbers fit. */
function expectGroups(
  caller: string,
  values: Float32Array,
  quants: Int8Array | Uint8Array,
  scales: Uint16Array,
  valuesPerByte: number,
): void {
  const groups = Math.ceil(values.length / groupSize);
  expectLength(caller, 'values', values.length, groups * groupSize);
  expectLength(caller, 'quants', quants.length, values.length / valuesPerByte);
  expectLength(caller, 'scales', scales.length, groups);
}

/** Rounds scales to float16, into `scales`. Returns the inverses of the exact ones in float32, 0 for 0. */
function roundScales(caller: string, exact: Float32Array, scales: Uint16Array): Float32Array {
  float32ToFloat16(exact, scales);
  const wrong = scales.findIndex(half => (half & 0x7c00) === 0x7c00);
  if (wrong >= 0) {
    const message = `group ${wrong} has the scale ${exact[wrong]}; finite ones up to 65504 would fit`;
    throw new ResidualError('range', `${caller}: ${message}`);
  }
  return exact.map(scale => (scale === 0 ? 0 : 1 / scale));
}

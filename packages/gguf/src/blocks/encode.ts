import { ResidualError } from '@residual/base';
import { float32ToBfloat16, float32ToFloat16 } from '@residual/safetensors';
import { type TensorType, typeOfName } from '../types.js';

/** The types that `encodeBlocks` makes. */
export type EncodableType = 'F32' | 'F16' | 'BF16' | 'Q8_0' | 'Q4_0';

/** Encodes one block of 32 values from `from` into the bytes from `at`, but for its scale, which it returns. */
type EncodeBlock = (values: Float32Array, from: number, bytes: Uint8Array, at: number) => number;

/** Rounds to the nearest whole number, halves away from zero, as `roundf` of C. */
const roundAway = (value: number) => Math.sign(value) * Math.floor(Math.abs(value) + 0.5);

/** The inverse of a scale in float32; 0 for 0. */
const inverseOf = (scale: number) => (scale === 0 ? 0 : Math.fround(1 / scale));

/** scale = largest size / 127. */
const q8_0: EncodeBlock = (values, from, bytes, at) => {
  let largest = 0;
  for (let i = 0; i < 32; i++) largest = Math.max(largest, Math.abs(values[from + i]!));
  const scale = Math.fround(largest / 127);
  const inverse = inverseOf(scale);
  for (let i = 0; i < 32; i++) bytes[at + i] = roundAway(Math.fround(values[from + i]! * inverse));
  return scale;
};

/** scale = the value of the largest size / -8, so that it becomes exactly -8; the others reach up to 7. */
const q4_0: EncodeBlock = (values, from, bytes, at) => {
  let furthest = 0;
  for (let i = 0; i < 32; i++) if (Math.abs(values[from + i]!) > Math.abs(furthest)) furthest = values[from + i]!;
  const scale = Math.fround(furthest / -8);
  const inverse = inverseOf(scale);
  const q = (i: number) => Math.min(15, Math.trunc(values[from + i]! * inverse + 8.5));
  for (let i = 0; i < 16; i++) bytes[at + i] = q(i) | (q(i + 16) << 4);
  return scale;
};

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * Encodes values as blocks, bit for bit as the reference of the format does. Errors with code `type` if it does not
 * make that type, with code `length` if the values are no whole number of blocks, and with code `range` if they are not
 * finite or too large for a float16 scale.
 */
export function encodeBlocks(type: EncodableType, values: Float32Array): Uint8Array {
  switch (type) {
    case 'F32':
      return bytesOf(values.slice());
    case 'F16':
      return bytesOf(float32ToFloat16(values) as Uint16Array<ArrayBuffer>);
    case 'BF16':
      return bytesOf(float32ToBfloat16(values) as Uint16Array<ArrayBuffer>);
    case 'Q8_0':
      return encode(type, values, q8_0);
    case 'Q4_0':
      return encode(type, values, q4_0);
    default:
      throw new ResidualError('type', `encodeBlocks: the type ${type} is not made; F32, F16, BF16, Q8_0, Q4_0 are`);
  }
}

function encode(type: TensorType, values: Float32Array, encodeBlock: EncodeBlock): Uint8Array {
  const { blockBytes, blockValues } = typeOfName(type)!;
  const blocks = values.length / blockValues;
  if (!Number.isInteger(blocks)) {
    const needed = `a multiple of ${blockValues} would fit`;
    throw new ResidualError('length', `encodeBlocks: ${values.length} values of ${type}; ${needed}`);
  }
  const bytes = new Uint8Array(blocks * blockBytes);
  const scales = new Float32Array(blocks);
  for (let block = 0; block < blocks; block++)
    scales[block] = encodeBlock(values, block * blockValues, bytes, block * blockBytes + 2);
  for (const [block, half] of float32ToFloat16(scales).entries()) {
    if ((half & 0x7c00) === 0x7c00) {
      const needed = 'finite ones up to 65504 would fit';
      throw new ResidualError('range', `encodeBlocks: block ${block} of ${type} has scale ${scales[block]}; ${needed}`);
    }
    bytes[block * blockBytes] = half & 255;
    bytes[block * blockBytes + 1] = half >> 8;
  }
  return bytes;
}

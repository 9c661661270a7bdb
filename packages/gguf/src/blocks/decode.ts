import { ResidualError } from '@residual/base';
import { bfloat16ToFloat32, dequantizeInt4, dequantizeInt8, float16ToFloat32 } from '@residual/number-formats';
import { type TensorType, typeOfName } from '../types.js';
import { q2K, q3K, q4K, q5K, q6K } from './k-quants.js';
import { type DecodeBlock, q4_1, q5_0, q5_1 } from './simple.js';
import { blockCount, splitBlocks } from './split.js';

/** The decoders of single blocks. */
const blockDecoders = {
  Q4_1: q4_1,
  Q5_0: q5_0,
  Q5_1: q5_1,
  Q2_K: q2K,
  Q3_K: q3K,
  Q4_K: q4K,
  Q5_K: q5K,
  Q6_K: q6K,
} satisfies { readonly [Type in TensorType]?: DecodeBlock };

/** The decoders of types that are converted as a whole. */
const arrayDecoders = {
  F32: (bytes: Uint8Array, values: Float32Array) => values.set(new Float32Array(aligned(bytes))),
  F64: (bytes: Uint8Array, values: Float32Array) => values.set(new Float64Array(aligned(bytes))),
  F16: (bytes: Uint8Array, values: Float32Array) => float16ToFloat32(new Uint16Array(aligned(bytes)), values),
  BF16: (bytes: Uint8Array, values: Float32Array) => bfloat16ToFloat32(new Uint16Array(aligned(bytes)), values),
  Q8_0: (bytes: Uint8Array, values: Float32Array) => dequantizeInt8(splitBlocks('Q8_0', bytes), values),
  Q4_0: (bytes: Uint8Array, values: Float32Array) => dequantizeInt4(splitBlocks('Q4_0', bytes), values),
} satisfies { readonly [Type in TensorType]?: (bytes: Uint8Array, values: Float32Array) => unknown };

/** A copy that a typed array of any width can be made of. */
const aligned = (bytes: Uint8Array) => bytes.slice().buffer as ArrayBuffer;

/** Whether `decodeBlocks` knows a type: the floats, and Q4_0 to Q8_0 and Q2_K to Q6_K. */
export function canDecode(type: string): boolean {
  return Object.hasOwn(blockDecoders, type) || Object.hasOwn(arrayDecoders, type);
}

/**
 * Decodes whole blocks to float32, with the numbers of ggml's reference. `values` receives the result and may be a view
 * of a larger array. Errors with code `type` if it does not know the type, and with code `length` if the bytes are no
 * whole number of blocks or the values do not fit.
 */
export function decodeBlocks(type: TensorType, bytes: Uint8Array, values?: Float32Array): Float32Array {
  if (!canDecode(type)) throw new ResidualError('type', `decodeBlocks: the type ${type} cannot be decoded`);
  const { blockBytes, blockValues } = typeOfName(type)!;
  const blocks = blockCount('decodeBlocks', type, bytes.length);
  const into = values ?? new Float32Array(blocks * blockValues);
  if (into.length !== blocks * blockValues) {
    const needed = `${blocks * blockValues} would fit`;
    throw new ResidualError('length', `decodeBlocks: ${into.length} values for ${blocks} blocks of ${type}; ${needed}`);
  }
  if (type in arrayDecoders) {
    arrayDecoders[type as keyof typeof arrayDecoders](bytes, into);
  } else {
    const decode = blockDecoders[type as keyof typeof blockDecoders];
    for (let block = 0; block < blocks; block++) decode(bytes, block * blockBytes, into, block * blockValues);
  }
  return into;
}

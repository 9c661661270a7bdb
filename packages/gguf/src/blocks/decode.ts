import { ResidualError } from '@residual/base';
import { bfloat16ToFloat32, float16ToFloat32 } from '@residual/safetensors';
import { type TensorType, typeOfName } from '../types.js';
import { q2K, q3K, q4K, q5K, q6K } from './k-quants.js';
import { type DecodeBlock, q4_0, q4_1, q5_0, q5_1, q8_0 } from './simple.js';

/** The decoders of quantized types. */
const blockDecoders = {
  Q4_0: q4_0,
  Q4_1: q4_1,
  Q5_0: q5_0,
  Q5_1: q5_1,
  Q8_0: q8_0,
  Q2_K: q2K,
  Q3_K: q3K,
  Q4_K: q4K,
  Q5_K: q5K,
  Q6_K: q6K,
} satisfies { readonly [Type in TensorType]?: DecodeBlock };

/** The decoders of plain types, from aligned bytes. */
const plainDecoders = {
  F32: (bytes: ArrayBuffer, values: Float32Array) => values.set(new Float32Array(bytes)),
  F64: (bytes: ArrayBuffer, values: Float32Array) => values.set(new Float64Array(bytes)),
  F16: (bytes: ArrayBuffer, values: Float32Array) => void float16ToFloat32(new Uint16Array(bytes), values),
  BF16: (bytes: ArrayBuffer, values: Float32Array) => void bfloat16ToFloat32(new Uint16Array(bytes), values),
} satisfies { readonly [Type in TensorType]?: (bytes: ArrayBuffer, values: Float32Array) => void };

/** Whether `decodeBlocks` knows a type: the floats, and Q4_0 to Q8_0 and Q2_K to Q6_K. */
export function canDecode(type: string): boolean {
  return type in blockDecoders || type in plainDecoders;
}

/**
 * Decodes whole blocks to float32, with the numbers of ggml's reference. `values` receives the result and may be a view
 * of a larger array. Errors with code `type` if it does not know the type, and with code `length` if the bytes are no
 * whole number of blocks or the values do not fit.
 */
export function decodeBlocks(type: TensorType, bytes: Uint8Array, values?: Float32Array): Float32Array {
  if (!canDecode(type)) throw new ResidualError('type', `decodeBlocks: the type ${type} cannot be decoded`);
  const { blockBytes, blockValues } = typeOfName(type)!;
  const blocks = bytes.length / blockBytes;
  if (!Number.isInteger(blocks)) {
    const needed = `a multiple of ${blockBytes} would fit`;
    throw new ResidualError('length', `decodeBlocks: ${bytes.length} bytes of ${type}; ${needed}`);
  }
  const into = values ?? new Float32Array(blocks * blockValues);
  if (into.length !== blocks * blockValues) {
    const needed = `${blocks * blockValues} would fit`;
    throw new ResidualError('length', `decodeBlocks: ${into.length} values for ${blocks} blocks of ${type}; ${needed}`);
  }
  if (type in plainDecoders) {
    plainDecoders[type as keyof typeof plainDecoders](bytes.slice().buffer as ArrayBuffer, into);
  } else {
    const decode = blockDecoders[type as keyof typeof blockDecoders];
    for (let block = 0; block < blocks; block++) decode(bytes, block * blockBytes, into, block * blockValues);
  }
  return into;
}

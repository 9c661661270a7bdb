import { quote, refuse } from './errors.js';

/**
 * The typed array of each dtype, in the order in which the reference implementation writes tensors: by decreasing
 * alignment. Half and 8-bit floats are bits (`float16ToFloat32` and `bfloat16ToFloat32` convert them); BOOL is bytes of
 * 0 and 1.
 */
export const typedArrays = {
  U64: BigUint64Array,
  I64: BigInt64Array,
  F64: Float64Array,
  F32: Float32Array,
  U32: Uint32Array,
  I32: Int32Array,
  BF16: Uint16Array,
  F16: Uint16Array,
  U16: Uint16Array,
  I16: Int16Array,
  F8_E4M3: Uint8Array,
  F8_E5M2: Uint8Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

/** The name of an element type in files. */
export type Dtype = keyof typeof typedArrays;

/** The description of a tensor in the header. */
export interface TensorInfo {
  readonly dtype: Dtype;
  /** The lengths of the axes, row-major; `[]` is a scalar, an axis of length 0 an empty tensor. */
  readonly shape: readonly number[];
  /** The number of bytes of its data. */
  readonly byteLength: number;
}

/** A tensor in memory. A test of `dtype` narrows the type of `data`. */
export type StoredTensor<D extends Dtype = Dtype> = {
  [K in D]: {
    readonly dtype: K;
    readonly shape: readonly number[];
    readonly data: (typeof typedArrays)[K]['prototype'];
  };
}[D];

/** The maximal number of axes, more than any tensor library supports. It bounds the memory of a shape. */
export const maxRank = 64;

/** The number of bytes of a tensor of `dtype` and `shape`. Errors if they are invalid. */
export function byteLengthOf(name: string, dtype: string, shape: readonly number[]): number {
  if (!Object.hasOwn(typedArrays, dtype))
    refuse(`tensor ${quote(name)} has dtype ${quote(dtype)}; known are ${Object.keys(typedArrays)}`);
  let bytes: number = typedArrays[dtype as Dtype].BYTES_PER_ELEMENT;
  // Every partial product is checked, so that an axis of length 0 does not hide an overflow.
  for (const length of shape) {
    bytes *= length;
    if (shape.length > maxRank || length < 0 || ![length, bytes].every(Number.isSafeInteger)) {
      refuse(`tensor ${quote(name)} has shape [${shape}]; up to ${maxRank} axes and 2^53 - 1 bytes would fit`);
    }
  }
  return bytes;
}

import { quote, refuse } from './errors.js';

/**
 * The typed array of each dtype, in the order in which the reference writes tensors: by falling alignment. Half and 8-bit floats stay
 * as their bits (`float16ToFloat32`, `bfloat16ToFloat32` make numbers of them); BOOL is bytes of 0 and 1.
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

/** The name of an element type as files spell it. */
export type Dtype = keyof typeof typedArrays;

/** What is known of a tensor before it is read. */
export interface TensorInfo {
  readonly dtype: Dtype;
  /** Lengths of the axes, row-major; `[]` is a scalar, and an axis of length 0 makes an empty tensor. */
  readonly shape: readonly number[];
  /** Bytes of its data. */
  readonly byteLength: number;
}

/** A tensor in memory: once `dtype` is tested, the compiler knows which typed array `data` is. */
export type StoredTensor<D extends Dtype = Dtype> = {
  [K in D]: {
    readonly dtype: K;
    readonly shape: readonly number[];
    readonly data: (typeof typedArrays)[K]['prototype'];
  };
}[D];

/** More axes than any tensor library has; without a limit a shape could take more memory than the file it stands in. */
export const maxRank = 64;

/** The bytes that a tensor of `dtype` and `shape` takes; refuses what cannot be. */
export function byteLengthOf(name: string, dtype: string, shape: readonly number[]): number {
  if (!Object.hasOwn(typedArrays, dtype))
    refuse(`tensor ${quote(name)} has dtype ${quote(dtype)}; known are ${Object.keys(typedArrays)}`);
  let bytes: number = typedArrays[dtype as Dtype].BYTES_PER_ELEMENT;
  // Every partial product is checked: one that overflows cannot hide behind an axis of length 0.
  for (const length of shape) {
    bytes *= length;
    if (shape.length > maxRank || !(length >= 0) || !Number.isSafeInteger(length) || !Number.isSafeInteger(bytes)) {
      refuse(`tensor ${quote(name)} has shape [${shape}]; up to ${maxRank} axes and 2^53 - 1 bytes would fit`);
    }
  }
  return bytes;
}

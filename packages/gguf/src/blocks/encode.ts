import { ResidualError } from '@residual/base';
import { float32ToBfloat16, float32ToFloat16, quantizeInt4, quantizeInt8 } from '@residual/number-formats';
import { expectGroups, joinBlocks } from './split.js';

/** The types that `encodeBlocks` makes. */
export type EncodableType = 'F32' | 'F16' | 'BF16' | 'Q8_0' | 'Q4_0';

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/**
 * Encodes values as blocks, bit for bit as the reference of the format does. Errors with code `type` if it does not
 * make that type, with code `length` if the values are no whole number of blocks, and with code `range` if they are not
 * finite or too large for a float16 scale.
 */
export function encodeBlocks(type: EncodableType, values: Float32Array): Uint8Array<ArrayBuffer> {
  switch (type) {
    case 'F32':
      return bytesOf(values.slice());
    case 'F16':
      return bytesOf(float32ToFloat16(values));
    case 'BF16':
      return bytesOf(float32ToBfloat16(values));
    case 'Q8_0':
    case 'Q4_0':
      expectGroups('encodeBlocks', type, values.length);
      return joinBlocks(type === 'Q8_0' ? quantizeInt8(values) : quantizeInt4(values));
    default:
      throw new ResidualError('type', `encodeBlocks: the type ${type} is not made; F32, F16, BF16, Q8_0, Q4_0 are`);
  }
}

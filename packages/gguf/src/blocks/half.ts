import { float16ToFloat32 } from '@residual/number-formats';

let table: Float32Array | undefined;

/** The value of each float16 by its bits. */
function values(): Float32Array {
  table ??= float16ToFloat32(Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits));
  return table;
}

/** The little-endian float16 at an offset. */
export const halfAt = (bytes: Uint8Array, at: number): number => values()[bytes[at]! | (bytes[at + 1]! << 8)]!;

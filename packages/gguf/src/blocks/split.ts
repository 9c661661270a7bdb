import { ResidualError } from '@residual/base';
import { groupSize, type Quantized } from '@residual/number-formats';
import { typeOfName } from '../types.js';

/** The types whose blocks are a float16 scale and the quants of one group. */
export type GroupType = 'Q8_0' | 'Q4_0';

/** The number of blocks in some bytes. Errors with code `length` if it is not whole. */
export function blockCount(caller: string, type: string, bytes: number): number {
  const { blockBytes } = typeOfName(type)!;
  const blocks = bytes / blockBytes;
  if (Number.isInteger(blocks)) return blocks;
  throw new ResidualError('length', `${caller}: ${bytes} bytes of ${type}; a multiple of ${blockBytes} would fit`);
}

/**
 * The quants and the scales of whole blocks as separate arrays, as `@residual/number-formats` has them. `memory` for
 * the quants is used if it is large enough. Errors with code `length` if the bytes are no whole number of blocks.
 */
export function splitBlocks(type: 'Q8_0', bytes: Uint8Array, memory?: Uint8Array): Quantized<Int8Array>;
export function splitBlocks(type: 'Q4_0', bytes: Uint8Array, memory?: Uint8Array): Quantized<Uint8Array>;
export function splitBlocks(type: GroupType, bytes: Uint8Array, memory?: Uint8Array): Quantized;
export function splitBlocks(type: GroupType, bytes: Uint8Array, memory?: Uint8Array): Quantized {
  const blocks = blockCount('splitBlocks', type, bytes.length);
  const { blockBytes } = typeOfName(type)!;
  const scales = new Uint16Array(blocks);
  const length = blocks * (blockBytes - 2);
  const quants = memory && memory.length >= length ? memory.subarray(0, length) : new Uint8Array(length);
  for (let block = 0; block < blocks; block++) {
    const at = block * blockBytes;
    scales[block] = bytes[at]! | (bytes[at + 1]! << 8);
    quants.set(bytes.subarray(at + 2, at + blockBytes), block * (blockBytes - 2));
  }
  const { buffer, byteOffset } = quants;
  return { quants: type === 'Q8_0' ? new Int8Array(buffer, byteOffset, length) : quants, scales };
}

/** The blocks of quants and scales: what `splitBlocks` takes apart. */
export function joinBlocks({ quants, scales }: Quantized): Uint8Array<ArrayBuffer> {
  const size = quants.length / scales.length;
  const bytes = new Uint8Array(scales.length * (size + 2));
  for (const [block, scale] of scales.entries()) {
    const at = block * (size + 2);
    bytes[at] = scale & 255;
    bytes[at + 1] = scale >> 8;
    bytes.set(new Uint8Array(quants.buffer, quants.byteOffset + block * size, size), at + 2);
  }
  return bytes;
}

/** The number of groups in some values. Errors with code `length` if it is not whole. */
export function expectGroups(caller: string, type: string, values: number): void {
  if (values % groupSize === 0) return;
  throw new ResidualError('length', `${caller}: ${values} values of ${type}; a multiple of ${groupSize} would fit`);
}

import { Cursor } from './cursor.js';
import { quote, refuse } from './errors.js';
import { type MetadataValue, readMetadataValue } from './metadata.js';
import { type TensorType, type TypeInfo, typeOfId } from './types.js';

/** The description of a tensor in the header. */
export interface TensorInfo {
  readonly type: TensorType;
  /**
   * The lengths of the axes, row-major as everywhere in this project: the last axis is contiguous. (Files have them in
   * the opposite order.)
   */
  readonly shape: readonly number[];
  /** The number of bytes of its data. */
  readonly byteLength: number;
}

/** A tensor and where its data begins, from the start of the file. */
export interface TensorEntry extends TensorInfo {
  readonly start: number;
}

/** A checked header. */
export interface Header {
  /** The version of the format, 2 or 3. */
  readonly version: number;
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

const magic = 0x46554747; // GGUF
/** The largest number of axes in ggml. */
export const maxRank = 4;
/** The alignment of tensor data, in bytes, of a file that names none. */
export const defaultAlignment = 32;
/** The key of the alignment of tensor data in the metadata. */
export const alignmentKey = 'general.alignment';

/** The number of bytes after `offset` until a multiple of `alignment`. */
export const paddingAt = (offset: number, alignment: number): number => (alignment - (offset % alignment)) % alignment;

/**
 * Parses and checks the header of a file of `size` bytes from its beginning. Throws `NeedsMore` if the beginning is
 * shorter than the header. Errors with code `format` if the file is invalid: each tensor must lie in the file, aligned,
 * and no two tensors may overlap. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function parseHeader(beginning: Uint8Array, size: number): Header {
  const cursor = new Cursor(beginning, size);
  const found = cursor.uint32();
  if (found !== magic)
    refuse(`the file begins with 0x${found.toString(16)}; 0x${magic.toString(16)} ("GGUF") would fit`);
  const version = cursor.uint32();
  if (version !== 2 && version !== 3) refuse(`the file has version ${version}; 2 or 3, little-endian, would fit`);
  const tensorCount = cursor.count('the number of tensors', 8 + 4 + 4 + 8);
  const metadataCount = cursor.count('the number of metadata entries', 8 + 4 + 1);

  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < metadataCount; i++) {
    const key = cursor.newKey('the metadata key', metadata);
    metadata.set(key, readMetadataValue(cursor, key));
  }
  const alignment = alignmentOf(metadata);

  const tensors = new Map<string, TensorEntry>();
  for (let i = 0; i < tensorCount; i++) {
    const name = cursor.newKey('the tensor', tensors);
    tensors.set(name, readTensorEntry(cursor, name, alignment));
  }
  const dataStart = cursor.offset + paddingAt(cursor.offset, alignment);
  const placed = new Map(Array.from(tensors, ([name, entry]) => [name, { ...entry, start: entry.start + dataStart }]));
  checkData(placed, size);
  return { version, metadata, tensors: placed };
}

/** Whether tensor data can be aligned to a number of bytes: a power of 2 from 8 to 65536. */
export function isAlignment(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(Math.log2(value)) && value >= 8 && value <= 2 ** 16;
}

function alignmentOf(metadata: ReadonlyMap<string, MetadataValue>): number {
  const value = metadata.get(alignmentKey)?.value ?? defaultAlignment;
  return isAlignment(value) ? value : refuse(`${alignmentKey} is ${value}; a power of 2 from 8 to 65536 would fit`);
}

function readTensorEntry(cursor: Cursor, name: string, alignment: number): TensorEntry {
  const what = `tensor ${quote(name)}`;
  const rank = cursor.uint32();
  if (rank > maxRank) refuse(`${what} has ${rank} axes; up to ${maxRank} would fit`);
  const shape = Array.from({ length: rank }, () => cursor.uint64(`an axis of ${what}`)).reverse();
  const id = cursor.uint32();
  const type = typeOfId(id) ?? refuse(`${what} has the type ${id}, which is not known`);
  const start = cursor.uint64(`the offset of ${what}`);
  if (start % alignment !== 0) refuse(`${what} begins at ${start}; a multiple of ${alignment} would fit`);
  const byteLength = byteLengthOf(type, shape);
  if (typeof byteLength === 'string') return refuse(`${what} ${byteLength}`);
  return { type: type.name, shape, byteLength, start };
}

/** The number of bytes of a tensor, or what is wrong with its shape. */
export function byteLengthOf({ name, blockValues, blockBytes }: TypeInfo, shape: readonly number[]): number | string {
  const rowLength = shape.at(-1) ?? 1;
  if (rowLength % blockValues !== 0)
    return `of ${name} has rows of ${rowLength} values; a multiple of ${blockValues} would fit`;
  let bytes = blockBytes / blockValues;
  // Every partial product is checked, so that an axis of length 0 does not hide an overflow.
  for (const length of shape) {
    bytes *= length;
    if (!(bytes <= Number.MAX_SAFE_INTEGER)) return `has shape [${shape}]; up to 2^53 - 1 bytes would fit`;
  }
  return bytes;
}

/** Errors unless the data of each tensor lies in the file and overlaps with no other. */
function checkData(tensors: ReadonlyMap<string, TensorEntry>, size: number): void {
  let end = 0;
  let before = '';
  for (const [name, { start, byteLength }] of [...tensors].sort(([, a], [, b]) => a.start - b.start)) {
    if (start < end) refuse(`tensor ${quote(name)} begins at ${start}, before the end of ${quote(before)} at ${end}`);
    end = start + byteLength;
    before = name;
    if (end > size) refuse(`the file has ${size} bytes; ${end} would fit, for tensor ${quote(name)}`);
  }
}

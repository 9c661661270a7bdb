import { ResidualError } from '@residual/base';
import { type ReadOptions, readRange, type Source } from '@residual/safetensors';
import { canDecode, decodeBlocks } from './blocks/decode.js';
import { NeedsMore } from './cursor.js';
import { quote, refuse } from './errors.js';
import { type Header, parseHeader, type TensorEntry, type TensorInfo } from './header.js';
import type { MetadataValue } from './metadata.js';
import { typeOfName } from './types.js';

/** An opened file. */
export interface Gguf {
  /** The version of the format, 2 or 3. */
  readonly version: number;
  /** The metadata by key, such as `general.architecture`, in the order of the file. */
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  /** The description of each tensor by name, in the order of the header. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Reads the bytes of a tensor, or of some of its rows, as they are in the file. The caller owns them. */
  read(name: string, options?: RowReadOptions): Promise<Uint8Array>;
  /**
   * Reads a tensor, or some of its rows, as float32: row-major values. Errors with code `type` if `decodeBlocks` does
   * not know its type.
   */
  readFloat32(name: string, options?: RowReadOptions): Promise<Float32Array>;
}

/** Settings of the reading of a tensor. */
export interface RowReadOptions extends ReadOptions {
  /**
   * Reads only the rows `from` to before `to` of the first axis; all if absent. Errors with code `range` if the tensor
   * does not have them.
   */
  readonly rows?: readonly [from: number, to: number] | undefined;
  /**
   * Memory for the result, which is a view of its beginning then; new memory is used if it is too small, and in `read`
   * if the source ignores it.
   */
  readonly into?: Uint8Array | undefined;
}

/** The first read, and the longest header: vocabularies of a million tokens fit. */
const [firstBytes, maxHeaderBytes] = [2 ** 16, 2 ** 27];
/** Tensors are decoded in pieces of about this many bytes, so that memory never contains them twice. */
const pieceBytes = 2 ** 22;

/**
 * Opens a file: reads and checks its header, but no data. `source` is what `bytesSource`, `blobSource`, `httpSource`
 * and `fileSource` of `@residual/safetensors` return. Errors with code `format` if the file is invalid. Format:
 * https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export async function openGguf(source: Source, options?: ReadOptions): Promise<Gguf> {
  const { version, metadata, tensors } = await readHeader(source, options);
  const find = (name: string, rows: RowReadOptions['rows']) => {
    const entry = tensors.get(name);
    if (entry) return rowsOf(name, entry, rows);
    const names = [...tensors.keys()].slice(0, 8).map(quote).join(', ');
    throw new ResidualError('missing', `read: no tensor ${quote(name)} among ${tensors.size}: ${names}`);
  };
  return {
    version,
    metadata,
    tensors: new Map(Array.from(tensors, ([name, { type, shape, byteLength }]) => [name, { type, shape, byteLength }])),
    read: async (name, options) => {
      const { start, byteLength } = find(name, options?.rows);
      return readRange(source, start, start + byteLength, options);
    },
    readFloat32: async (name, options) => {
      const { type, shape, start, byteLength } = find(name, options?.rows);
      if (!canDecode(type)) throw new ResidualError('type', `readFloat32: ${quote(name)} is ${type}; use read`);
      const { blockBytes, blockValues } = typeOfName(type)!;
      const values = floatsFor(
        shape.reduce((product, length) => product * length, 1),
        options?.into,
      );
      const step = Math.floor(pieceBytes / blockBytes) * blockBytes;
      for (let from = 0; from < byteLength; from += step) {
        const to = Math.min(from + step, byteLength);
        const piece = await readRange(source, start + from, start + to, { signal: options?.signal });
        decodeBlocks(type, piece, values.subarray((from / blockBytes) * blockValues, (to / blockBytes) * blockValues));
      }
      return values;
    },
  };
}

/** A number of floats at the beginning of some memory, or in new memory if that is too small or not aligned. */
function floatsFor(count: number, into?: Uint8Array): Float32Array {
  if (into && into.byteLength >= 4 * count && into.byteOffset % 4 === 0)
    return new Float32Array(into.buffer as ArrayBuffer, into.byteOffset, count);
  return new Float32Array(count);
}

/** The entry of some rows of a tensor; the whole one without rows. A vector has one row for each value. */
function rowsOf(name: string, entry: TensorEntry, rows: RowReadOptions['rows']): TensorEntry {
  if (!rows) return entry;
  const [from, to] = rows;
  const [count = 0, ...rest] = entry.shape;
  const bytes = count === 0 ? 0 : entry.byteLength / count;
  const fits = Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= count;
  if (!fits || !Number.isInteger(bytes))
    throw new ResidualError('range', `read: rows ${from} to ${to} of ${quote(name)} [${entry.shape}] of ${entry.type}`);
  return { ...entry, shape: [to - from, ...rest], start: entry.start + from * bytes, byteLength: (to - from) * bytes };
}

/** Reads the beginning of a file, more of it each time that the header does not end there, and parses it. */
async function readHeader(source: Source, options?: ReadOptions): Promise<Header> {
  let beginning = await readRange(source, 0, Math.min(firstBytes, source.size), options);
  for (;;) {
    try {
      return parseHeader(beginning, source.size);
    } catch (error) {
      if (!(error instanceof NeedsMore)) throw error;
      if (error.end > maxHeaderBytes) refuse(`the header has more than ${maxHeaderBytes} bytes`);
      const end = Math.min(Math.max(error.end, 4 * beginning.length), maxHeaderBytes, source.size);
      const more = await readRange(source, beginning.length, end, options);
      const longer = new Uint8Array(end);
      longer.set(beginning);
      longer.set(more, beginning.length);
      beginning = longer;
    }
  }
}

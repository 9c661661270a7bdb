import { ResidualError } from '@residual/base';

/** Settings of a read. */
export interface ReadOptions {
  /** Aborts the read; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Settings of the reading of a range. */
export interface RangeOptions extends ReadOptions {
  /**
   * Memory for the bytes. A source that uses it returns a view of its beginning, so that many reads need no memory of
   * their own; a source may ignore it. Too small memory is not used.
   */
  readonly into?: Uint8Array | undefined;
}

/** Bytes that can be read in ranges: a file, a URL, memory, or your own object with these two members. */
export interface Source {
  /** The total number of bytes. */
  readonly size: number;
  /** The bytes from `start` to before `end` (0 <= start <= end <= size). The caller owns them. */
  read(start: number, end: number, options?: RangeOptions): Promise<Uint8Array>;
  /**
   * The same bytes in chunks as they arrive, so that nothing holds all of them; absent where `read` is as good. A chunk
   * is valid until the next one is asked for. Errors as `read`. Its `return` ends the request.
   */
  stream?(start: number, end: number, options?: ReadOptions): AsyncGenerator<Uint8Array, void, undefined>;
}

/** Memory for a number of bytes: the beginning of `into`, or new memory if that is too small. */
export function memoryFor(bytes: number, into?: Uint8Array): Uint8Array {
  return into && into.length >= bytes ? into.subarray(0, bytes) : new Uint8Array(bytes);
}

/** A source for bytes in memory; reads return copies. */
export function bytesSource(bytes: Uint8Array | ArrayBuffer): Source {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  return {
    size: view.length,
    read: async (start, end, { into } = {}) => {
      const bytes = memoryFor(end - start, into);
      bytes.set(view.subarray(start, end));
      return bytes;
    },
  };
}

/** A source for a `Blob`, such as a dropped `File`; nothing is read in advance. */
export function blobSource(blob: Blob): Source {
  return {
    size: blob.size,
    read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
  };
}

/** Data is converted and streamed in chunks of at most this many bytes, so that memory never contains it twice. */
export const chunkBytes = 2 ** 24;

/**
 * Reads exactly the requested bytes of an untrusted source. Errors with code `source` if it returns another number of
 * bytes.
 */
export async function readRange(
  source: Source,
  start: number,
  end: number,
  options?: RangeOptions,
): Promise<Uint8Array> {
  options?.signal?.throwIfAborted();
  const bytes = await source.read(start, end, options);
  if (bytes.length === end - start) return bytes;
  throw new ResidualError('source', `read: the source gave ${bytes.length} bytes; ${end - start} would fit`);
}

/** Reads as `readRange`, and errors with code `format` if a safetensors file is too short for the range. */
export async function readExactly(
  source: Source,
  start: number,
  end: number,
  options?: RangeOptions,
): Promise<Uint8Array> {
  if (!(end <= source.size))
    throw new ResidualError('format', `openSafetensors: the file has ${source.size} bytes; ${end} would fit`);
  return readRange(source, start, end, options);
}

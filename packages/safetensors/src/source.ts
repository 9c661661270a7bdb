import { ResidualError } from '@residual/base';

/** Settings of a read. */
export interface ReadOptions {
  /** Aborts the read; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Bytes that can be read in ranges: a file, a URL, memory, or your own object with these two members. */
export interface Source {
  /** The total number of bytes. */
  readonly size: number;
  /** The bytes from `start` to before `end` (0 <= start <= end <= size). The caller owns them. */
  read(start: number, end: number, options?: ReadOptions): Promise<Uint8Array>;
}

/** A source for bytes in memory; reads return copies. */
export function bytesSource(bytes: Uint8Array | ArrayBuffer): Source {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  // Not `slice`, which does not copy a Node Buffer.
  return { size: view.length, read: async (start, end) => new Uint8Array(view.subarray(start, end)) };
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
  options?: ReadOptions,
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
  options?: ReadOptions,
): Promise<Uint8Array> {
  if (!(end <= source.size))
    throw new ResidualError('format', `openSafetensors: the file has ${source.size} bytes; ${end} would fit`);
  return readRange(source, start, end, options);
}

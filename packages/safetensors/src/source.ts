import { ResidualError } from '@residual/base';

/** Settings of anything that reads. */
export interface ReadOptions {
  /** Ends the reading early; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Bytes that can be read in ranges: a file, a URL, memory, or anything of your own with these two members. */
export interface Source {
  /** Bytes in all. */
  readonly size: number;
  /** The bytes from `start` up to, not including, `end` (0 <= start <= end <= size); they belong to the caller. */
  read(start: number, end: number, options?: ReadOptions): Promise<Uint8Array>;
}

/** A source over bytes in memory; what is read is a copy. */
export function bytesSource(bytes: Uint8Array | ArrayBuffer): Source {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  // Not `slice`, which does not copy where `bytes` is a Node Buffer.
  return { size: view.length, read: async (start, end) => new Uint8Array(view.subarray(start, end)) };
}

/** A source over a `Blob`, such as a `File` that was dropped on a page; nothing is read before it is asked for. */
export function blobSource(blob: Blob): Source {
  return {
    size: blob.size,
    read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
  };
}

/** What is converted or streamed passes in chunks of at most this many bytes, so that it is never held twice. */
export const chunkBytes = 2 ** 24;

/**
 * Reads from a source that is not trusted to give what was asked. Code `source` where it gives more or less,
 * `format` where it has fewer bytes than that.
 */
export async function readExactly(
  source: Source,
  start: number,
  end: number,
  options?: ReadOptions,
): Promise<Uint8Array> {
  const { size } = source;
  if (!(end <= size))
    throw new ResidualError('format', `openSafetensors: the file has ${size} bytes; ${end} would fit`);
  options?.signal?.throwIfAborted();
  const bytes = await source.read(start, end, options);
  if (bytes.length === end - start) return bytes;
  throw new ResidualError('source', `read: the source gave ${bytes.length} bytes; ${end - start} would fit`);
}

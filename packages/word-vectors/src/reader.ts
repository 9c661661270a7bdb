import { ResidualError } from '@residual/base';
import type { Source } from '@residual/safetensors';

/** The number of bytes of one read. */
const chunkBytes = 2 ** 22;

/** Reads a file sequentially in chunks, for formats whose records have no known offsets. */
export interface ByteReader {
  /** The next `length` bytes without consuming them; fewer at the end of the file. */
  peek(length: number): Promise<Uint8Array>;
  /** Consumes bytes. */
  skip(count: number): void;
  /**
   * Consumes bytes up to and including the first of value `end`, and returns those before it; undefined at the end of
   * the file. Errors beyond `maxBytes` bytes.
   */
  readUntil(end: number, maxBytes: number): Promise<Uint8Array | undefined>;
  /** The offset of the next byte. */
  readonly offset: number;
}

/** A reader of a source. */
export function byteReader(source: Source, signal: AbortSignal | undefined): ByteReader {
  let buffer = new Uint8Array(0);
  let bufferOffset = 0; // in buffer
  let bytesRead = 0; // of the source
  const fill = async () => {
    signal?.throwIfAborted();
    const end = Math.min(source.size, bytesRead + chunkBytes);
    const chunk = await source.read(bytesRead, end, { signal });
    if (chunk.length !== end - bytesRead)
      throw new ResidualError(
        'vectors',
        `wordVectors: the source gave ${chunk.length} bytes where ${end - bytesRead} were asked for`,
      );
    const joined = new Uint8Array(buffer.length - bufferOffset + chunk.length);
    joined.set(buffer.subarray(bufferOffset));
    joined.set(chunk, buffer.length - bufferOffset);
    [buffer, bufferOffset, bytesRead] = [joined, 0, end];
  };
  return {
    get offset() {
      return bytesRead - (buffer.length - bufferOffset);
    },
    peek: async length => {
      while (buffer.length - bufferOffset < length && bytesRead < source.size) await fill();
      return buffer.subarray(bufferOffset, bufferOffset + length);
    },
    skip: count => {
      bufferOffset += count;
    },
    readUntil: async (end, maxBytes) => {
      for (let from = bufferOffset; ; ) {
        const endIndex = buffer.indexOf(end, from);
        if (endIndex >= 0) {
          const part = buffer.subarray(bufferOffset, endIndex);
          bufferOffset = endIndex + 1;
          return part;
        }
        if (buffer.length - bufferOffset > maxBytes)
          throw new ResidualError(
            'vectors',
            `wordVectors: from byte ${bytesRead - (buffer.length - bufferOffset)} on no word or line ends within ` +
              `${maxBytes} bytes`,
          );
        if (bytesRead >= source.size) {
          const rest = buffer.subarray(bufferOffset);
          bufferOffset = buffer.length;
          return rest.length > 0 ? rest : undefined;
        }
        from = buffer.length - bufferOffset;
        await fill();
      }
    },
  };
}

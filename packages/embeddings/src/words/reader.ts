import { ResidualError } from '@residual/base';
import type { Source } from '@residual/safetensors';

/** Bytes that are asked for at once. */
const pieceBytes = 2 ** 22;

/** Reads a file from its beginning in pieces, for formats in which the next place is known only after the last. */
export interface Reader {
  /** What was read and not yet taken; at the end of the file it may be shorter than wanted. */
  peek(wanted: number): Promise<Uint8Array>;
  /** Takes so many bytes of it. */
  skip(count: number): void;
  /** Takes all bytes up to one of value `end`, that one too, and gives those before; undefined at the end of the file. Errors beyond `longest` bytes. */
  until(end: number, longest: number): Promise<Uint8Array | undefined>;
  /** Where the next byte stands. */
  readonly at: number;
}

/** A reader of a source. */
export function readerOf(source: Source, signal: AbortSignal | undefined): Reader {
  let held = new Uint8Array(0);
  let next = 0; // in held
  let read = 0; // of the source
  const fill = async () => {
    signal?.throwIfAborted();
    const end = Math.min(source.size, read + pieceBytes);
    const piece = await source.read(read, end, { signal });
    if (piece.length !== end - read)
      throw new ResidualError(
        'vectors',
        `wordVectors: the source gave ${piece.length} bytes where ${end - read} were asked for`,
      );
    const joined = new Uint8Array(held.length - next + piece.length);
    joined.set(held.subarray(next));
    joined.set(piece, held.length - next);
    [held, next, read] = [joined, 0, end];
  };
  return {
    get at() {
      return read - (held.length - next);
    },
    peek: async wanted => {
      while (held.length - next < wanted && read < source.size) await fill();
      return held.subarray(next, next + wanted);
    },
    skip: count => {
      next += count;
    },
    until: async (end, longest) => {
      for (let from = next; ; ) {
        const found = held.indexOf(end, from);
        if (found >= 0) {
          const part = held.subarray(next, found);
          next = found + 1;
          return part;
        }
        if (held.length - next > longest)
          throw new ResidualError(
            'vectors',
            `wordVectors: from byte ${read - (held.length - next)} on no word or line ends within ${longest} bytes`,
          );
        if (read >= source.size) {
          const rest = held.subarray(next);
          next = held.length;
          return rest.length > 0 ? rest : undefined;
        }
        from = held.length - next;
        await fill();
      }
    },
  };
}

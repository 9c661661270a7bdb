import { memoryFor, type Source } from '@residual/safetensors';
import type { OnBytes } from './files.js';

/** How many bytes one request asks for. */
const windowSize = 2 ** 24;
/** A request whose bytes nobody wants for so many milliseconds is ended. */
const idleTime = 2000;

/** A request whose chunks are used as they arrive. */
interface Window {
  readonly chunks: AsyncGenerator<Uint8Array, void, undefined>;
  readonly controller: AbortController;
  readonly end: number;
  /** The offset of `rest` in the file, which is what was received and not used. */
  offset: number;
  rest: Uint8Array;
}

/**
 * A source that asks for 16 MiB at a time and reports its progress, so that reads in file order become few requests.
 * It keeps at most one chunk of the answer, which is one of the network where the source has `stream`.
 */
export function readAhead(source: Source, { name, onBytes }: { name: string; onBytes?: OnBytes | undefined }): Source {
  let window: Window | undefined;
  let furthest = 0;
  let last: Promise<unknown> = Promise.resolve();
  let idle: ReturnType<typeof setTimeout> | undefined;

  const close = async () => {
    const closed = window;
    window = undefined;
    closed?.controller.abort();
    await closed?.chunks.return().catch(() => {});
  };

  /** The window at an offset: the one that is open if it has come so far, else a new one. */
  const windowAt = async (offset: number): Promise<Window> => {
    if (window?.offset === offset && offset < window.end) return window;
    await close();
    const controller = new AbortController();
    const end = Math.min(offset + windowSize, source.size);
    const chunks = chunksOf(source, offset, end, controller.signal);
    window = { chunks, controller, end, offset, rest: new Uint8Array(0) };
    return window;
  };

  /** Fills some of the bytes from an offset on, and returns how many; 0 at the end of the source. */
  const fill = async (bytes: Uint8Array, offset: number): Promise<number> => {
    const open = await windowAt(offset);
    if (open.rest.length === 0) {
      const { done, value } = await open.chunks.next();
      if (done) return 0;
      open.rest = value;
      furthest = Math.max(furthest, offset + value.length);
      onBytes?.(name, furthest, source.size);
    }
    const part = open.rest.subarray(0, bytes.length);
    bytes.set(part);
    open.rest = open.rest.subarray(part.length);
    open.offset += part.length;
    return part.length;
  };

  const read: Source['read'] = async (start, end, { signal, into } = {}) => {
    clearTimeout(idle);
    const bytes = memoryFor(end - start, into);
    const stop = () => window?.controller.abort(signal!.reason);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      for (let filled = 0; filled < bytes.length; ) {
        signal?.throwIfAborted();
        const count = await fill(bytes.subarray(filled), start + filled);
        if (count === 0) return bytes.subarray(0, filled);
        filled += count;
      }
      return bytes;
    } catch (error) {
      await close();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      if (window?.offset === source.size) await close();
      idle = window && setTimeout(close, idleTime);
    }
  };
  return {
    size: source.size,
    read: (start, end, options) => {
      const result = last.then(() => read(start, end, options)); // one read at a time uses the window
      last = result.catch(() => {});
      return result;
    },
  };
}

/** The bytes of a source as they arrive. */
async function* chunksOf(source: Source, start: number, end: number, signal: AbortSignal) {
  if (source.stream) yield* source.stream(start, end, { signal });
  else {
    const bytes = await source.read(start, end, { signal });
    if (bytes.length > 0) yield bytes;
  }
}

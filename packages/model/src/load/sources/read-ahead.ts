import type { Source } from '@residual/safetensors';
import type { OnBytes } from './files.js';

/** How many bytes one request reads. */
const window = 2 ** 24;

/**
 * A source that reads in windows of 16 MiB and reports its progress, so that reads in file order become few requests.
 * It keeps at most one window.
 */
export function readAhead(source: Source, { name, onBytes }: { name: string; onBytes?: OnBytes | undefined }): Source {
  let [from, ahead] = [0, new Uint8Array(0)];
  let furthest = 0;
  return {
    size: source.size,
    read: async (start, end, options) => {
      const bytes = new Uint8Array(end - start);
      for (let at = start; at < end; ) {
        if (at < from || at >= from + ahead.length) {
          const next = await source.read(at, Math.min(at + window, source.size), options);
          if (next.length === 0) return bytes.subarray(0, at - start);
          [from, ahead] = [at, next as Uint8Array<ArrayBuffer>];
          furthest = Math.max(furthest, at + next.length);
          onBytes?.(name, furthest, source.size);
        }
        const part = ahead.subarray(at - from, end - from);
        bytes.set(part, at - start);
        at += part.length;
      }
      return bytes;
    },
  };
}

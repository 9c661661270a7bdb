import type { Source } from '@residual/safetensors';
import type { OnBytes } from './files.js';

/** How many bytes one request reads. */
const windowSize = 2 ** 24;

/**
 * A source that reads in windows of 16 MiB and reports its progress, so that reads in file order become few requests.
 * It keeps at most one window.
 */
export function readAhead(source: Source, { name, onBytes }: { name: string; onBytes?: OnBytes | undefined }): Source {
  let [from, window] = [0, new Uint8Array(0)];
  let furthest = 0;
  return {
    size: source.size,
    read: async (start, end, options) => {
      const bytes = new Uint8Array(end - start);
      for (let offset = start; offset < end; ) {
        if (offset < from || offset >= from + window.length) {
          const next = await source.read(offset, Math.min(offset + windowSize, source.size), options);
          if (next.length === 0) return bytes.subarray(0, offset - start);
          [from, window] = [offset, next as Uint8Array<ArrayBuffer>];
          furthest = Math.max(furthest, offset + next.length);
          onBytes?.(name, furthest, source.size);
        }
        const part = window.subarray(offset - from, end - from);
        bytes.set(part, offset - start);
        offset += part.length;
      }
      return bytes;
    },
  };
}

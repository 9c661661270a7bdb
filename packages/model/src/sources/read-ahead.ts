import type { Source } from '@residual/safetensors';
import type { OnBytes } from './files.js';

/** How many bytes one request asks for at least. */
const window = 2 ** 24;

/** A source that reads on while it is at it, so that many small reads in the order of the file become few requests; it tells how far it is. */
export function readAhead(source: Source, { name, onBytes }: { name: string; onBytes?: OnBytes | undefined }): Source {
  let ahead: { start: number; bytes: Uint8Array } = { start: 0, bytes: new Uint8Array(0) };
  let furthest = 0;
  return {
    size: source.size,
    read: async (start, end, options) => {
      const from = start - ahead.start;
      const to = end - ahead.start;
      if (from < 0 || to > ahead.bytes.length) {
        const bytes = await source.read(start, Math.min(Math.max(end, start + window), source.size), options);
        ahead = { start, bytes };
        furthest = Math.max(furthest, start + bytes.length);
        onBytes?.(name, furthest, source.size);
      }
      return ahead.bytes.slice(start - ahead.start, end - ahead.start);
    },
  };
}

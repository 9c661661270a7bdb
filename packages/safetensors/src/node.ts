import { open, stat } from 'node:fs/promises';
import { memoryFor, type Source } from './source.js';

/**
 * A source for a file on disk (Node, Deno, Bun). Each read opens and closes the file, so no handle stays open. Rejects
 * with Node's own error (`ENOENT`) if the file does not exist.
 */
export async function fileSource(path: string | URL): Promise<Source> {
  const { size } = await stat(path);
  return {
    size,
    read: async (start, end, { signal, into } = {}) => {
      const bytes = memoryFor(end - start, into);
      const file = await open(path);
      try {
        for (let filled = 0; filled < bytes.length; ) {
          signal?.throwIfAborted();
          const length = Math.min(bytes.length - filled, 2 ** 26);
          const { bytesRead } = await file.read(bytes, filled, length, start + filled);
          if (bytesRead === 0) return bytes.slice(0, filled); // the file has shrunk
          filled += bytesRead;
        }
        return bytes;
      } finally {
        await file.close();
      }
    },
  };
}

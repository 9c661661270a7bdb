import { httpSource } from '@residual/safetensors';
import { ResidualError } from '@residual/tensor';
import type { ModelFiles } from './files.js';
import { readAhead } from './read-ahead.js';

/** The files under a base URL, read by ranges where the server knows them. */
export function urlFiles(base: string | URL, { fetch }: { fetch: typeof globalThis.fetch }): ModelFiles {
  const page = typeof location === 'undefined' ? undefined : location.href;
  const folder = new URL(String(base).replace(/\/?$/, '/'), page);
  return {
    origin: folder.href,
    text: async (name, { signal }) => {
      const url = new URL(name, folder);
      const response = await fetch(url, { signal: signal ?? null }).catch((error: Error) => {
        signal?.throwIfAborted();
        const reason = error.cause instanceof Error ? error.cause.message : error.message; // Node tells it in the cause
        throw new ResidualError('files', `loadModel: ${url.href} does not answer: ${reason}`, { cause: error });
      });
      const isPage = response.headers.get('content-type')?.startsWith('text/html'); // a server that answers everything with a page
      if (response.ok && !isPage) return response.text();
      await response.body?.cancel();
      if (isPage || response.status === 404 || response.status === 410) return undefined;
      throw new ResidualError('files', `loadModel: ${url.href} gave status ${response.status}`);
    },
    bytes: async (name, { signal, onBytes }) => {
      try {
        const source = await httpSource(new URL(name, folder), { fetch, signal });
        return readAhead(source, { name, onBytes });
      } catch (error) {
        if ((error as { status?: number }).status === 404) return undefined;
        throw error;
      }
    },
  };
}

import { httpSource } from '@residual/safetensors';
import { ResidualError } from '@residual/tensor';
import type { ModelFiles } from './files.js';
import { guardedFetch } from './guarded-fetch.js';
import { readSmall } from './limits.js';
import { readAhead } from './read-ahead.js';

/** The options for reading URLs. */
export interface UrlSettings {
  readonly fetch: typeof globalThis.fetch;
  /** Whether a redirect may lead to another host; default false. */
  readonly allowRedirects?: boolean | undefined;
  /** Milliseconds without a byte after which a request fails. */
  readonly stallTimeout?: number | undefined;
}

/** The files under a base URL, read by ranges if the server supports them. */
export function urlFiles(base: string | URL, settings: UrlSettings): ModelFiles {
  const folder = new URL(absoluteUrl(String(base).replace(/\/?$/, '/')));
  return filesAt(folder.href, name => new URL(name, folder), settings);
}

/** The GGUF file at a URL, and the other parts of its model beside it, with the same query. */
export function ggufUrlFiles(address: string, settings: UrlSettings): ModelFiles {
  const url = new URL(absoluteUrl(address));
  const name = decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
  const urlOf = (part: string) => {
    const each = new URL(encodeURIComponent(part), url);
    each.search = url.search;
    return each;
  };
  return { ...filesAt(url.href, urlOf, settings), gguf: name };
}

/** The files at the URLs that `urlOf` returns for their names, read by ranges if the server supports them. */
export function filesAt(origin: string, urlOf: (name: string) => URL, settings: UrlSettings): ModelFiles {
  const { allowRedirects: otherHosts = false, stallTimeout } = settings;
  const fetch = guardedFetch(settings.fetch, { otherHosts, stallTimeout });
  return {
    origin,
    text: async (name, { signal }) => {
      const url = urlOf(name);
      const response = await fetch(url, { signal: signal ?? null }).catch((error: Error) => {
        signal?.throwIfAborted();
        if (ResidualError.is(error)) throw error;
        // Node puts the reason into the cause.
        const reason = error.cause instanceof Error ? error.cause.message : error.message;
        throw new ResidualError('files', `loadModel: ${url.href} does not answer: ${reason}`, { cause: error });
      });
      // Some servers answer every request with a page.
      const isPage = response.headers.get('content-type')?.startsWith('text/html');
      if (response.ok && !isPage) {
        const bytes = await readSmall(origin, name, response.body ?? new Blob().stream(), { signal });
        return new TextDecoder().decode(bytes);
      }
      await response.body?.cancel();
      if (isPage || response.status === 404 || response.status === 410) return undefined;
      throw new ResidualError('files', `loadModel: ${url.href} gave status ${response.status}`);
    },
    bytes: async (name, { signal, onBytes }) => {
      try {
        const source = await httpSource(urlOf(name), { fetch, signal });
        return readAhead(source, { name, onBytes });
      } catch (error) {
        if (ResidualError.is(error) && error.details.status === 404) return undefined;
        const { cause } = error as Error;
        throw ResidualError.is(cause) ? cause : error;
      }
    },
  };
}

/**
 * The absolute URL: relative ones are resolved against the page or the script of the worker; in Node they stay as they
 * are.
 */
export function absoluteUrl(url: string | URL): string {
  if (/^[a-z][a-z\d+.-]+:/i.test(`${url}`) || typeof location === 'undefined') return `${url}`;
  const base = location.protocol === 'blob:' ? location.origin : location.href; // the blob URL of a worker is no base
  return new URL(url, base).href;
}

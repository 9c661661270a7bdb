import { createPartialResponse } from 'serwist';

/** A file that is kept from the start: its address, relative to the page, and the hash of its content. */
export interface DataEntry {
  readonly url: string;
  readonly revision: string;
}

/** The cache of models and other data, which all pages of the site share. */
export interface DataCache {
  /** Whether a request for this address belongs here. */
  covers(url: URL): boolean;
  /** Loads the entries that are not kept yet; the browser's own cache has what the page has just loaded. */
  install(): Promise<void>;
  /** Removes other contents of the entries. */
  activate(): Promise<void>;
  /** Answers a request: an entry from the cache, other files from the network or else from the cache. */
  respond(request: Request): Promise<Response>;
}

/** The name of the cache. */
const name = 'residual-data';

/** Opens the cache for a page whose service worker lies at `base`. Models and data lie beside the pages. */
export function dataCache(
  caches: CacheStorage,
  {
    entries,
    base,
    fetch = globalThis.fetch,
  }: {
    readonly entries: readonly DataEntry[];
    readonly base: string;
    readonly fetch?: typeof globalThis.fetch;
  },
): DataCache {
  /** The revisions by the whole address of the file. */
  const revisions = new Map(entries.map(({ url, revision }) => [new URL(url, base).href, revision]));
  const keyOf = (address: string, revision = revisions.get(address)) =>
    revision === undefined ? address : `${address}?revision=${revision}`;
  const load = async (address: string) => {
    const response = await fetch(address);
    if (response.status !== 200) throw new Error(`${address} gave status ${response.status}`);
    return response;
  };
  return {
    covers: ({ href, origin, pathname }) =>
      origin === new URL(base).origin && (revisions.has(href) || /\/(models|data)\/[^/]+\/.*[^/]$/.test(pathname)),
    install: async () => {
      const cache = await caches.open(name);
      for (const address of revisions.keys()) {
        const key = keyOf(address);
        if (!(await cache.match(key))) await cache.put(key, await load(address));
      }
    },
    activate: async () => {
      const cache = await caches.open(name);
      for (const { url } of await cache.keys()) {
        const [address = ''] = url.split('?');
        if (revisions.has(address) && url !== keyOf(address)) await cache.delete(url);
      }
    },
    respond: async request => {
      const cache = await caches.open(name);
      const key = keyOf(request.url);
      const range = request.headers.get('range');
      const fromCache = async () => {
        const found = await cache.match(key);
        return found && range !== null ? createPartialResponse(request, found) : found;
      };
      if (revisions.has(request.url)) return (await fromCache()) ?? fetch(request);
      // A reader of ranges takes the whole file too, at its first request; only a whole file can be kept.
      const isWhole = range === null || /^bytes=0-/.test(range);
      try {
        if (!isWhole) return (await fromCache()) ?? (await fetch(request));
        const response = await fetch(request.url, { signal: request.signal });
        if (response.status === 200) cache.put(key, response.clone()).catch(() => {}); // without space it is not kept
        return response;
      } catch (error) {
        const found = await fromCache();
        if (!found) throw error;
        return found;
      }
    },
  };
}

import { NetworkOnly, type PrecacheEntry, Serwist } from 'serwist';
import { dataCache } from './data-cache.js';

/** The built files of the page, and the data that it loads at its start; the build puts them here. */
declare const residualBuild: {
  readonly files: readonly PrecacheEntry[];
  readonly data: readonly { readonly url: string; readonly revision: string }[];
};

/** An event of a service worker that waits for work; the types of pages do not have it. */
type WaitingEvent = Event & { waitUntil(work: Promise<unknown>): void };

/** Seconds without an answer after which a page that is kept is shown as it was. */
const patience = 3;

const { files, data } = residualBuild;
const kept = dataCache(caches, { entries: data, base: location.href });

/*
 * The files of the build have their content in their names, so they come from the cache. The page itself comes from the
 * network if there is one: a new version is seen at once, and its service worker takes over when no page of the old
 * version is open.
 */
const serwist: Serwist = new Serwist({
  precacheEntries: [...files],
  precacheOptions: { cleanupOutdatedCaches: true, directoryIndex: null, cleanURLs: false },
  clientsClaim: true,
  disableDevLogs: true,
  runtimeCaching: [
    {
      matcher: ({ request, url }) => request.mode === 'navigate' && isOwnPage(url),
      handler: new NetworkOnly({
        networkTimeoutSeconds: patience,
        plugins: [{ handlerDidError: () => serwist.matchPrecache('index.html') }],
      }),
    },
    { matcher: ({ url }) => kept.covers(url), handler: ({ request }) => kept.respond(request) },
  ],
});

/** Whether an address is that of the page, and not of another page below it. */
function isOwnPage({ pathname }: URL): boolean {
  const folder = new URL('./', location.href).pathname;
  return pathname === folder || pathname === `${folder}index.html`;
}

serwist.addEventListeners();
addEventListener('install', event => (event as WaitingEvent).waitUntil(kept.install()));
addEventListener('activate', event => (event as WaitingEvent).waitUntil(kept.activate()));

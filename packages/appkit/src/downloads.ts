import { watchedBody } from '@residual/base';

/** The progress of a file in bytes; `total` is undefined if the server does not say it. */
export interface Download {
  /** The name of the file. */
  readonly file: string;
  /** Its address, which differs between files of the same name. */
  readonly address: string;
  readonly done: number;
  readonly total: number | undefined;
  /** Whether the whole file has arrived. */
  readonly isComplete: boolean;
  /** Whether no part of the file is loading now, as between two ranges. */
  readonly isIdle: boolean;
}

/** Called at the first bytes of a file, and as more arrive. */
export type OnDownload = (download: Download) => void;

/** Smaller files are not reported: they arrive too fast to read about them. */
const smallest = 2 ** 15;

/**
 * Wraps `fetch` to report the progress of each file, from its first byte on; ranges count from their start in the file.
 */
export function reportingFetch(fetch: typeof globalThis.fetch, report: OnDownload): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const { body, headers, status, statusText, url } = response;
    const [, start, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
    const isCoded = headers.get('content-encoding') !== null; // the length counts compressed bytes
    const length = size ?? headers.get('content-length');
    const total = isCoded || length === null ? undefined : Number(length);
    if (!response.ok || !body || (total !== undefined && total < smallest)) return response;
    const address = input instanceof Request ? input.url : String(input);
    const file = nameOf(address);
    let done = Number(start ?? 0);
    const reportProgress = (isComplete: boolean, isIdle = false) =>
      report({ file, address, done, total, isComplete, isIdle });
    const watched = watchedBody(body, {
      onChunk: bytes => {
        done += bytes;
        reportProgress(done === total);
      },
      onEnd: isComplete => {
        // the end of a range need not be the end of the file
        if (isComplete && done !== total) reportProgress(size === undefined, size !== undefined);
      },
    });
    reportProgress(false);
    const counted = new Response(watched, { status, statusText, headers });
    return Object.defineProperty(counted, 'url', { value: url });
  };
}

/** The file name of an address, without query and hash. */
const nameOf = (address: string) => {
  const [path = ''] = address.split(/[?#]/, 1);
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
};

/** In a worker: reports all downloads from now on to the page. */
export function reportDownloads(): void {
  const report: OnDownload = download => self.postMessage({ download });
  globalThis.fetch = reportingFetch(globalThis.fetch.bind(globalThis), report);
}

/** In a page: starts a worker that reports its downloads; its own script is the first of them. */
export async function startWorker(script: string, report: OnDownload): Promise<Worker> {
  await preloadModule(new URL(script, document.baseURI), reportingFetch(fetch.bind(globalThis), report));
  const worker = new Worker(script, { type: 'module' });
  worker.addEventListener('message', ({ data }) => {
    const { download } = data as { download?: Download };
    if (download) report(download);
  });
  return worker;
}

/**
 * Loads a module and its imports into the browser's cache. Files that cannot be loaded are ignored here: starting the
 * worker reports them.
 */
async function preloadModule(url: URL, fetch: typeof globalThis.fetch, visited = new Set<string>()): Promise<void> {
  if (visited.has(url.href)) return;
  visited.add(url.href);
  const text = await fetch(url.href).then(
    response => (response.ok ? response.text() : ''),
    () => '',
  );
  for (const [, path] of text.matchAll(/(?:^|[;}\s])import\b[^;"'()]*["'](\.[^"']+)["']/g))
    await preloadModule(new URL(path!, url), fetch, visited);
}

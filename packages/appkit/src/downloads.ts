/** A file that is on its way, as far as it is: bytes that arrived, and bytes in all where the server tells. */
export interface Download {
  readonly file: string;
  readonly done: number;
  readonly total: number | undefined;
  /** Whether the whole file is here. */
  readonly isComplete: boolean;
  /** Whether nothing of it is on its way for now, as of a file that is read by ranges. */
  readonly isIdle: boolean;
}

/** Told at the first bytes of a file, and as more arrive. */
export type OnDownload = (download: Download) => void;

/** Files of fewer bytes are here before anyone has read that they are on their way. */
const smallest = 2 ** 15;

/** A `fetch` that tells how far each file is, from its first byte on; of a file that is read by ranges where in it they are. */
export function reportingFetch(fetch: typeof globalThis.fetch, report: OnDownload): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const { body, headers, status, statusText, url } = response;
    const [, start, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
    const isCoded = headers.get('content-encoding') !== null; // what the length counts is not what is read
    const length = size ?? headers.get('content-length');
    const total = isCoded || length === null ? undefined : Number(length);
    if (!response.ok || !body || (total !== undefined && total < smallest)) return response;
    const file = nameOf(input instanceof Request ? input.url : String(input));
    let done = Number(start ?? 0);
    const reportProgress = (isComplete: boolean, isIdle = false) => report({ file, done, total, isComplete, isIdle });
    const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      start: () => reportProgress(false),
      transform: (bytes, controller) => {
        done += bytes.length;
        reportProgress(done === total);
        controller.enqueue(bytes);
      },
      flush: () => {
        if (done !== total) reportProgress(size === undefined, size !== undefined); // the end of a range need not be that of the file
      },
    });
    const counted = new Response(body.pipeThrough(counter), { status, statusText, headers });
    return Object.defineProperty(counted, 'url', { value: url });
  };
}

/** The last part of an address, without what follows `?` or `#`. */
const nameOf = (address: string) => {
  const [path = ''] = address.split(/[?#]/, 1);
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
};

/** In a worker: lets the page know of all that is downloaded here from now on. */
export function reportDownloads(): void {
  const report: OnDownload = download => self.postMessage({ download });
  globalThis.fetch = reportingFetch(globalThis.fetch.bind(globalThis), report);
}

/** In a page: starts a worker that tells of its downloads, its own script being the first of them. */
export async function startWorker(script: string, report: OnDownload): Promise<Worker> {
  await preloadModule(new URL(script, document.baseURI), reportingFetch(fetch.bind(globalThis), report));
  const worker = new Worker(script, { type: 'module' });
  worker.addEventListener('message', ({ data }) => {
    const { download } = data as { download?: Download };
    if (download) report(download);
  });
  return worker;
}

/** Brings a module and those that it imports into the browser's cache, where whoever starts it finds them; what cannot be had is told by starting it. */
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

import type { Source } from '@residual/safetensors';
import { ResidualError } from '@residual/tensor';
import type { OnBytes } from './files.js';
import { SharedWork } from './shared-work.js';
import type { PartialFile, Store } from './store.js';

/** A file as a hub describes it. */
export interface RemoteFile {
  readonly name: string;
  readonly url: string;
  readonly size: number;
  /** SHA-256 of the bytes, or the id that git gives them. */
  readonly digest: { readonly kind: 'sha256' | 'git'; readonly hex: string };
}

/** How a download is done. */
export interface DownloadOptions {
  /** What asks for the bytes. */
  readonly fetch: typeof globalThis.fetch;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the download. */
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes arrive. */
  readonly onBytes?: OnBytes | undefined;
  /** Milliseconds before the first new attempt; each further one waits twice as long. 500 if absent. */
  readonly retryDelay?: number;
}

/** How often a download is tried again without so much progress. */
const maxAttempts = 4;
const minProgress = 2 ** 20;

/** Downloads that run, with those who listen to them. */
const downloads = /* @__PURE__ */ new SharedWork<Source>();
const listeners = /* @__PURE__ */ new Map<string, Set<OnBytes>>();
/** Stored files that were found to be what was announced, as they were then. */
const verified = /* @__PURE__ */ new Map<string, string>();

/**
 * Brings a file into the store and checks size and digest of what is stored. Those who want the same file at the same time share one download; other programs may
 * fill the same store. A connection that ends early is taken up again where it ended, also by a later call or program. An abort keeps what is there. Errors when
 * the server does not answer, or the bytes are not those that were announced.
 */
export async function download(store: Store, key: string, file: RemoteFile, options: DownloadOptions): Promise<Source> {
  const { onBytes, signal } = options;
  const id = `${store.location}\n${key}\n${file.url}`;
  const all = listeners.get(id) ?? new Set();
  if (onBytes) listeners.set(id, all.add(onBytes));
  try {
    const report: OnBytes = (...received) => {
      for (const listener of all) listener(...received);
    };
    return await downloads.run(id, signal, each =>
      fetchVerified(store, key, file, { ...options, signal: each, onBytes: report }),
    );
  } finally {
    if (onBytes) all.delete(onBytes);
    if (all.size === 0) listeners.delete(id);
  }
}

async function fetchVerified(store: Store, key: string, file: RemoteFile, options: DownloadOptions): Promise<Source> {
  let wrong: string | undefined;
  const stored = async (): Promise<Source | undefined> => {
    const source = await store.source(key);
    if (!source) return undefined;
    wrong = source.size === file.size ? await wrongDigest(store, key, file, options.signal) : `of ${source.size} bytes`;
    if (wrong === undefined) return source;
    await store.remove(key);
    return undefined;
  };
  const present = await stored();
  if (present) return present;
  for (let resumed = true; resumed; ) {
    const part = await store.partialFile(key, options.signal);
    resumed = part.size > 0;
    const isTooLong = part.size > file.size;
    let open = true;
    try {
      if (!isTooLong) await receiveAll(part, file, options);
      open = false;
      await (isTooLong ? part.discard() : part.finish());
    } finally {
      if (open) await part.close();
    }
    const source = isTooLong ? undefined : await stored();
    if (source) return source; // else what an earlier download had left was not the beginning of this file: once more, from nothing
  }
  throw new ResidualError(
    'download',
    `download: ${file.url} has ${file.digest.kind} digest ${wrong}, it was announced as ${file.digest.hex}; nothing was kept`,
  );
}

/** The digest of what is stored if it is not the one that was announced; a file that has not changed since it was right is not read again. */
async function wrongDigest(
  store: Store,
  key: string,
  { size, digest }: RemoteFile,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const id = `${store.location}\n${key}\n${digest.hex}`;
  const stamp = await store.stamp(key);
  if (verified.get(id) === stamp) return undefined;
  const [kind, prefix] = digest.kind === 'git' ? (['sha1', `blob ${size}\0`] as const) : (['sha256', ''] as const);
  const actual = await store.digest(key, kind, prefix, signal);
  if (actual !== digest.hex) return actual;
  verified.set(id, stamp);
  return undefined;
}

async function receiveAll(part: PartialFile, file: RemoteFile, options: DownloadOptions): Promise<void> {
  const { retryDelay = 500, signal, onBytes } = options;
  for (let failures = 0; part.size < file.size; ) {
    const before = part.size;
    try {
      for await (const bytes of receive(file, part.size, options)) {
        if (part.size + bytes.length > file.size) throw tooLong(file);
        await part.append(bytes);
        onBytes?.(file.name, part.size, file.size);
      }
      if (part.size < file.size) throw new Error('the answer ended early');
    } catch (error) {
      signal?.throwIfAborted();
      if (ResidualError.is(error)) throw error;
      failures = part.size >= before + minProgress ? 0 : failures + 1;
      if (failures >= maxAttempts) {
        const text = `download: ${file.url} ended ${maxAttempts} times at ${part.size} of ${file.size} bytes`;
        throw new ResidualError('download', `${text}: ${(error as Error).message}`, { cause: error });
      }
      await wait(retryDelay * 2 ** failures, signal);
    }
  }
}

/** The bytes from `start` on, as they come. */
async function* receive(
  file: RemoteFile,
  start: number,
  { fetch, headers, signal }: DownloadOptions,
): AsyncGenerator<Uint8Array> {
  const range = start > 0 ? { range: `bytes=${start}-` } : undefined;
  const response = await fetch(file.url, { headers: { ...headers, ...range }, signal: signal ?? null });
  if (response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 429) {
    await response.body?.cancel();
    throw new ResidualError('download', `download: ${file.url} gave status ${response.status}`);
  }
  if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
  const from = Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? 0);
  if (from > start) throw new Error(`the server sent bytes from ${from} on, ${start} were asked for`);
  let surplus = start - from; // a server that knows no ranges begins anew
  const reader = response.body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const skipped = Math.min(surplus, part.value.length);
      surplus -= skipped;
      if (skipped < part.value.length) yield part.value.subarray(skipped);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function tooLong(file: RemoteFile): ResidualError {
  return new ResidualError(
    'download',
    `download: ${file.url} sends more than the ${file.size} bytes that were announced`,
  );
}

async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

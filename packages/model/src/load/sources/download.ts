import { chunkReader } from '@residual/base';
import type { Source } from '@residual/safetensors';
import { ResidualError } from '@residual/tensor';
import type { OnBytes } from './files.js';
import { SharedWork } from './shared-work.js';
import type { PartialFile, Store } from './store.js';

/** A file in the listing of a hub. */
export interface RemoteFile {
  readonly name: string;
  readonly url: string;
  readonly size: number;
  /** The SHA-256 of the bytes, or their git blob id. */
  readonly digest: { readonly kind: 'sha256' | 'git'; readonly hex: string };
}

/** The options of `download`. */
export interface DownloadOptions {
  /** The function that sends the requests. */
  readonly fetch: typeof globalThis.fetch;
  /** Headers of each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the download. */
  readonly signal?: AbortSignal | undefined;
  /** Called when bytes arrive. */
  readonly onBytes?: OnBytes | undefined;
  /** Milliseconds before the first retry; each further retry waits twice as long. Default 500. */
  readonly retryDelay?: number;
}

/** How many failures without `minProgress` bytes in between end a download. */
const maxAttempts = 4;
const minProgress = 2 ** 20;

/** Running downloads, and their listeners. */
const downloads = /* @__PURE__ */ new SharedWork<Source>();
const listeners = /* @__PURE__ */ new Map<string, Set<OnBytes>>();
/** Stored files whose digest was verified, with their stamp at that time. */
const verified = /* @__PURE__ */ new Map<string, string>();

/**
 * Downloads a file into the store and verifies the size and digest of what is stored. Callers that want the same file
 * at the same time share one download; other programs may use the same store. After a broken connection the download
 * resumes where it ended, also in a later call or program. An abort keeps the bytes so far. Throws if the server does
 * not answer, or if the bytes are not the announced ones.
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
    return await downloads.run(id, signal, shared =>
      fetchVerified(store, key, file, { ...options, signal: shared, onBytes: report }),
    );
  } finally {
    if (onBytes) all.delete(onBytes);
    if (all.size === 0) listeners.delete(id);
  }
}

/** The stored file, or else the downloaded one, with the announced size and digest. */
async function fetchVerified(store: Store, key: string, file: RemoteFile, options: DownloadOptions): Promise<Source> {
  let wrong: string | undefined;
  const verifiedSource = async (): Promise<Source | undefined> => {
    const source = await store.source(key);
    if (!source) return undefined;
    wrong = source.size === file.size ? await wrongDigest(store, key, file, options.signal) : `of ${source.size} bytes`;
    if (wrong === undefined) return source;
    await store.remove(key);
    return undefined;
  };
  const present = await verifiedSource();
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
    const source = isTooLong ? undefined : await verifiedSource();
    // Without a source, the bytes of an earlier download did not belong to this file: start again from nothing.
    if (source) return source;
  }
  throw new ResidualError(
    'download',
    `download: ${file.url} has ${file.digest.kind} digest ${wrong}, ` +
      `it was announced as ${file.digest.hex}; nothing was kept`,
  );
}

/**
 * The digest of a stored file if it is not the announced one; a file that has not changed since it was verified is not
 * read again.
 */
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

/** Appends the missing bytes of a file, with retries after failures. */
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

/** The bytes of a file from `start` to its end, as they arrive; each chunk is valid until the next one. */
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
  let surplus = start - from; // a server without range requests sends the file from the start
  const reader = chunkReader(response.body);
  try {
    for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
      const skipped = Math.min(surplus, chunk.length);
      surplus -= skipped;
      if (skipped < chunk.length) yield chunk.subarray(skipped);
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

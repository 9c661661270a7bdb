import { sha1 } from '@noble/hashes/legacy';
import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import type { Source } from '@residual/safetensors';
import { ResidualError } from '@residual/tensor';
import type { OnBytes } from './files.js';
import type { Part, Store } from './store.js';

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
  readonly patience?: number;
}

/** How often a download is tried again without a single new byte. */
const attempts = 4;

/**
 * Brings a file into the store and checks its size and digest. A connection that ends early is taken up again where it ended, also by a later call
 * or program. An abort keeps what is there. Errors when the server does not answer, or the bytes are not those that were announced.
 */
export async function download(store: Store, key: string, file: RemoteFile, options: DownloadOptions): Promise<Source> {
  const present = await store.source(key);
  if (present?.size === file.size) return present;
  const part = await store.part(key);
  let open = true;
  try {
    const digest = await receiveAll(part, file, options);
    open = false;
    if (digest !== file.digest.hex) {
      await part.discard();
      throw new ResidualError(
        'download',
        `download: ${file.url} has ${file.digest.kind} digest ${digest}, it was announced as ${file.digest.hex}; nothing was kept`,
      );
    }
    await part.finish();
  } finally {
    if (open) await part.close();
  }
  return (await store.source(key))!;
}

async function receiveAll(part: Part, file: RemoteFile, options: DownloadOptions): Promise<string> {
  const { patience = 500, signal, onBytes } = options;
  const hash = file.digest.kind === 'git' ? sha1.create().update(utf8ToBytes(`blob ${file.size}\0`)) : sha256.create();
  for (let at = 0; at < part.size; at += 2 ** 22) hash.update(await part.read(at, Math.min(at + 2 ** 22, part.size)));
  for (let failures = 0; part.size < file.size; ) {
    const before = part.size;
    try {
      for await (const bytes of receive(file, part.size, options)) {
        if (part.size + bytes.length > file.size) throw tooLong(file);
        await part.append(bytes);
        hash.update(bytes);
        onBytes?.(file.name, part.size, file.size);
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (ResidualError.is(error)) throw error;
      failures = part.size > before ? 0 : failures + 1;
      if (failures >= attempts) {
        const text = `download: ${file.url} ended ${attempts} times at ${part.size} of ${file.size} bytes`;
        throw new ResidualError('download', `${text}: ${(error as Error).message}`, { cause: error });
      }
      await wait(patience * 2 ** failures, signal);
    }
  }
  return bytesToHex(hash.digest());
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
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

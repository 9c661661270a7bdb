import { chunkReader, ResidualError } from '@residual/base';
import { refuse } from './errors.js';
import { blobSource, bytesSource, memoryFor, type ReadOptions, type Source } from './source.js';

/** Settings of `httpSource`. `signal` aborts opening; each read has its own signal. */
export interface HttpOptions extends ReadOptions {
  /** Headers of each request, such as `{ authorization: 'Bearer ...' }`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** The number of bytes of the first request, enough for most headers. */
const prefixBytes = 2 ** 16;

/**
 * A source for a URL, read by ranges (RFC 9110, section 14). If a server ignores ranges, or does not reveal the size
 * (it must expose `content-range` to another origin), the whole file is fetched once into a `Blob`. Errors with code
 * `source`, and the `status` if there is one, if a response differs in range, size, version or number of bytes. A
 * `data:` URL (RFC 2397) is decoded without `fetch`, which the policy of a page may forbid.
 */
export async function httpSource(url: string | URL, options: HttpOptions = {}): Promise<Source> {
  const inline = /^data:([^,]*),(.*)$/is.exec(`${url}`);
  if (inline) return bytesSource(inlineBytes(inline[1]!, inline[2]!));
  const { fetch = globalThis.fetch, headers, signal } = options;

  /** Throws what a request failed with, and names the address; an abort stays unchanged. */
  const fail = (cause: unknown, response: Response | undefined, signal: AbortSignal | undefined): never => {
    response?.body?.cancel().catch(() => {});
    signal?.throwIfAborted();
    const address = `${url}`.split(/[?#]/, 1)[0]; // the query may contain a secret
    const text = `httpSource: ${address} gave ${(cause as Error).message}`;
    const reason = (cause as Error).cause ?? cause; // of a body that breaks off
    throw new ResidualError('source', text, { cause: reason, details: { status: response?.status } });
  };

  /** Sends a request and returns the result of `use`. */
  const request = async <T>(
    use: (response: Response) => Promise<T>,
    signal?: AbortSignal,
    range?: Record<'range', string>,
  ): Promise<T> => {
    let response: Response | undefined;
    try {
      response = await fetch(url, { headers: { ...headers, ...range }, signal });
      if (!response.ok) refuse(`status ${response.status}`);
      return await use(response);
    } catch (cause) {
      return fail(cause, response, signal);
    }
  };

  const openWhole = async (response: Response): Promise<Source> => blobSource(await response.blob());

  const openRanges = async (response: Response): Promise<Source | undefined> => {
    if (response.status !== 206) return openWhole(response);
    const size = Number(response.headers.get('content-range')?.split('/')[1]);
    if (Number.isNaN(size)) return void response.body?.cancel();
    const etag = response.headers.get('etag');

    /** The chunks of the bytes `start` to `end`. Errors unless the response has them, of the same version. */
    async function* receive({ headers, body }: Response, start: number, end: number) {
      const length = headers.get('content-length') ?? end - start;
      const received = `${length} ${headers.get('content-range')} ${headers.get('etag')}`;
      const expected = `${end - start} bytes ${start}-${end - 1}/${size} ${etag}`;
      if (received !== expected) refuse(`${received}; ${expected} would fit`);
      yield* chunksOf(body!, end - start);
    }

    async function* stream(start: number, end: number, { signal }: ReadOptions = {}) {
      if (start < prefix.length) yield prefix.slice(start, end);
      const from = Math.max(start, prefix.length);
      if (from >= end) return;
      let response: Response | undefined;
      try {
        response = await fetch(url, { headers: { ...headers, range: `bytes=${from}-${end - 1}` }, signal });
        if (!response.ok) refuse(`status ${response.status}`);
        yield* receive(response, from, end);
      } catch (cause) {
        fail(cause, response, signal);
      }
    }

    const prefix: Uint8Array = await collect(
      receive(response, 0, Math.min(prefixBytes, size)),
      Math.min(prefixBytes, size),
    );
    return {
      size,
      stream,
      read: (start, end, { signal, into } = {}) => collect(stream(start, end, { signal }), end - start, into),
    };
  };

  const source = await request(openRanges, signal, { range: `bytes=0-${prefixBytes - 1}` });
  return source ?? request(openWhole, signal);
}

/** The chunks of a body that should have `length` bytes. Errors with both lengths if it has others or breaks off. */
async function* chunksOf(body: ReadableStream<Uint8Array>, length: number) {
  let received = 0;
  const reader = chunkReader(body);
  try {
    for (;;) {
      const chunk = await reader.read().catch(cause => {
        throw new Error(`${received} of ${length} bytes: ${cause.message}`, { cause });
      });
      if (!chunk) break;
      received += chunk.length;
      if (received > length) refuse(`more than ${length} bytes`);
      yield chunk;
    }
    if (received < length) refuse(`${received} of ${length} bytes`);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** The bytes of chunks. */
async function collect(chunks: AsyncIterable<Uint8Array>, length: number, into?: Uint8Array): Promise<Uint8Array> {
  const bytes = memoryFor(length, into);
  let filled = 0;
  for await (const chunk of chunks) {
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  return bytes;
}

/** The bytes of a `data:` URL, percent-encoded or in base64. */
function inlineBytes(type: string, data: string): Uint8Array {
  const isBase64 = /; *base64$/i.test(type);
  try {
    // The percent-encoded bytes need not be UTF-8.
    const binary = data
      .replace(/\P{ASCII}+/gu, encodeURIComponent)
      .replace(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
    return Uint8Array.from(isBase64 ? atob(binary) : binary, character => character.charCodeAt(0));
  } catch (cause) {
    throw new ResidualError('source', `httpSource: data:${type},... is not base64`, { cause });
  }
}

import { ResidualError } from '@residual/base';
import { refuse } from './errors.js';
import { blobSource, bytesSource, type ReadOptions, type Source } from './source.js';

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

  /** Sends a request and returns the result of `use`. Errors name the address; an abort stays unchanged. */
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
      response?.body?.cancel().catch(() => {});
      signal?.throwIfAborted();
      const address = `${url}`.split(/[?#]/, 1)[0]; // the query may contain a secret
      const text = `httpSource: ${address} gave ${(cause as Error).message}`;
      throw new ResidualError('source', text, { cause, details: { status: response?.status } });
    }
  };

  const openWhole = async (response: Response): Promise<Source> => blobSource(await response.blob());

  const openRanges = async (response: Response): Promise<Source | undefined> => {
    if (response.status !== 206) return openWhole(response);
    const size = Number(response.headers.get('content-range')?.split('/')[1]);
    if (Number.isNaN(size)) return void response.body?.cancel();
    const etag = response.headers.get('etag');

    /** The bytes `start` to `end`. Errors unless the response announces them, of the same version of the file. */
    const receive = async (response: Response, start: number, end: number): Promise<Uint8Array> => {
      const { headers } = response;
      const length = headers.get('content-length') ?? end - start;
      const received = `${length} ${headers.get('content-range')} ${headers.get('etag')}`;
      const expected = `${end - start} bytes ${start}-${end - 1}/${size} ${etag}`;
      if (received !== expected) refuse(`${received}; ${expected} would fit`);
      return new Uint8Array(await response.arrayBuffer());
    };

    const prefix = await receive(response, 0, Math.min(prefixBytes, size));
    return {
      size,
      read: async (start, end, { signal } = {}) => {
        if (start === end || end <= prefix.length) return prefix.slice(start, end);
        return request(part => receive(part, start, end), signal, { range: `bytes=${start}-${end - 1}` });
      },
    };
  };

  const source = await request(openRanges, signal, { range: `bytes=0-${prefixBytes - 1}` });
  return source ?? request(openWhole, signal);
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

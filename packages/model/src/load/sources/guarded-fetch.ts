import { watchedBody } from '@residual/base';
import { ResidualError } from '@residual/tensor';

/** The limits of a request to a server that is not trusted. */
export interface FetchLimits {
  /** Milliseconds without a byte after which a request fails; default 60,000. */
  readonly stallTimeout?: number | undefined;
  /** Whether redirects may lead to another host. */
  readonly otherHosts: boolean;
}

/** The most redirects of one request. */
const maxRedirects = 5;
/** How many times larger a compressed body may become; texts become about ten times as large. */
const maxInflation = 50;
const redirects = [301, 302, 303, 307, 308];

/**
 * `fetch` for servers that are not trusted. A stalled request fails, a compressed body that grows too large fails, and
 * a redirect may lead to another host only if `otherHosts` allows it. In Node the other host is not contacted; in a
 * page, where redirects are not visible in advance, its answer is not read.
 */
export function guardedFetch(fetch: typeof globalThis.fetch, limits: FetchLimits): typeof globalThis.fetch {
  const { stallTimeout = 60_000 } = limits;
  return async (input, init = {}) => {
    const watch = new StallWatch(stallTimeout, init.signal ?? undefined);
    const settings = { ...init, signal: watch.signal };
    try {
      const request = (url: URL, redirect: RequestRedirect) => watch.during(fetch(url, { ...settings, redirect }));
      const response = await follow(request, new URL(input instanceof Request ? input.url : String(input)), limits);
      return watchedResponse(response, watch);
    } catch (error) {
      watch.end();
      throw error;
    }
  };
}

/** Sends a request and follows its redirects, as far as they are allowed. */
async function follow(
  request: (url: URL, redirect: RequestRedirect) => Promise<Response>,
  from: URL,
  { otherHosts }: FetchLimits,
): Promise<Response> {
  const expectAllowed = (to: URL) => {
    const isSafe = to.protocol === from.protocol || to.protocol === 'https:';
    if (isSafe && (otherHosts || to.host === from.host)) return;
    throw new ResidualError(
      'files',
      `loadModel: ${from.origin}${from.pathname} redirects to ${to.origin}; ` +
        'allowRedirects lets a URL lead to another host',
    );
  };
  if (otherHosts) return request(from, 'follow');
  for (let url = from, hops = 0; hops <= maxRedirects; hops++) {
    const response = await request(url, 'manual');
    if (response.type === 'opaqueredirect') {
      const whole = await request(url, 'follow'); // a page learns the final URL only from the response
      if (whole.url) expectAllowed(new URL(whole.url));
      return whole;
    }
    const location = redirects.includes(response.status) ? response.headers.get('location') : null;
    if (location === null) return response;
    await response.body?.cancel();
    url = new URL(location, url);
    expectAllowed(url);
  }
  throw new ResidualError(
    'files',
    `loadModel: ${from.origin}${from.pathname} redirects more than ${maxRedirects} times`,
  );
}

/** The same response with a body that fails if it stalls or grows too large. */
function watchedResponse(response: Response, watch: StallWatch): Response {
  const { body, status, statusText, headers, url } = response;
  if (!body) {
    watch.end();
    return response;
  }
  const maxBytes = maxBodyBytes(headers);
  let size = 0;
  const stream = watchedBody(body, {
    onChunk: bytes => {
      size += bytes;
      if (size > maxBytes)
        throw new ResidualError(
          'files',
          `loadModel: ${url.split(/[?#]/, 1)[0]} is compressed and becomes more than ${maxBytes} bytes, ` +
            `${maxInflation} times what is sent`,
        );
    },
    during: read => watch.during(read),
    onEnd: () => watch.end(),
  });
  const watched = new Response(stream, { status, statusText, headers });
  Object.defineProperty(watched, 'url', { value: url });
  return watched;
}

/** The most bytes that a compressed body may become. */
function maxBodyBytes(headers: Headers): number {
  const encoding = headers.get('content-encoding');
  if (!encoding || encoding === 'identity') return Number.POSITIVE_INFINITY;
  const contentLength = Number(headers.get('content-length') ?? Number.NaN);
  return Number.isFinite(contentLength) ? maxInflation * contentLength + 2 ** 16 : 2 ** 31;
}

/** Aborts a request that stalls or that its caller aborts. */
class StallWatch {
  private readonly controller = new AbortController();
  private readonly timeout: number;
  private readonly callerSignal: AbortSignal | undefined;
  private readonly forward = () => this.controller.abort(this.callerSignal!.reason);

  constructor(timeout: number, callerSignal: AbortSignal | undefined) {
    this.timeout = timeout;
    this.callerSignal = callerSignal;
    callerSignal?.throwIfAborted();
    callerSignal?.addEventListener('abort', this.forward, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Waits for `work`, but no longer than the timeout. */
  async during<T>(work: Promise<T>): Promise<T> {
    const reason = new Error(`nothing came for ${this.timeout} ms`);
    const timer = setTimeout(() => this.controller.abort(reason), this.timeout);
    try {
      return await work;
    } catch (error) {
      throw this.controller.signal.reason === reason ? reason : error;
    } finally {
      clearTimeout(timer);
    }
  }

  end(): void {
    this.callerSignal?.removeEventListener('abort', this.forward);
  }
}

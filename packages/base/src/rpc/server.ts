import { errorToPlain } from '../plain-error.js';
import { listen, type Port } from '../port.js';
import type { RpcOptions } from './client.js';
import { holdLock } from './lock.js';
import { envelopeOf, type Request, type Response, uniqueName } from './protocol.js';
import { Transferred } from './transfer.js';

/** The context of a call. */
export interface RpcCall {
  /** Aborted when the client aborts the call, leaves the stream or disconnects. */
  readonly signal: AbortSignal;
  /** Sends an event to the client during the call. */
  emit(event: unknown): void;
}

/** The handlers of one connection. */
export interface RpcHandlers {
  /**
   * Answers a call with a value, a promise, or an async generator, whose steps are computed when the client asks for
   * them and whose return value is the result. Answers, steps and events may be wrapped by `transfer`.
   */
  call(method: string, args: readonly unknown[], call: RpcCall): unknown;
  /** Handles a call without an answer. */
  onNotify?(method: string, args: readonly unknown[]): void;
  /** Called when the connection closes, after its calls were aborted. */
  onClosing?(): unknown;
  /** Called after all calls of a closed connection have ended. */
  onClosed?(): unknown;
}

/** A service on a port. */
export interface RpcServer {
  /** Closes all connections and removes all listeners from the port. */
  close(): void;
}

/** Serves a port: `createHandlers` makes the handlers of each connection. */
export function serveRpc(
  port: Port | null,
  { service, name }: RpcOptions,
  createHandlers: () => RpcHandlers,
): RpcServer {
  const server = uniqueName();
  const connections = new Map<string, Connection>();
  const close = () => {
    for (const [id, connection] of connections) {
      send(id, { closed: true });
      connection.close();
    }
    connections.clear();
    link.stop();
  };
  const send = (connection: string | undefined, body: Response, transfer?: readonly object[]) =>
    link.post({ residual: service, ...(connection !== undefined && { connection }), body }, transfer);

  const receive = (data: unknown) => {
    const { connection: id, body } = envelopeOf<Request>(service, data) ?? {};
    if (!body || id === undefined) return;
    if ('open' in body) {
      const connection = connections.get(id) ?? new Connection(createHandlers(), (...answer) => send(id, ...answer));
      connections.set(id, connection);
      connection.open(server, link.reportsEnd ? undefined : `${service} ${server} ${id}`);
    } else if ('close' in body) {
      connections.get(id)?.close();
      connections.delete(id);
    } else if (body.server === server) connections.get(id)?.receive(body);
  };

  const link = listen(port, { name, onMessage: receive, onEnd: close });
  send(undefined, { ready: true });
  return { close };
}

type Send = (body: Response, transfer?: readonly object[]) => void;
type CallRequest = Extract<Request, { method: string }>;

/** A connection on the server: its running calls, and their streams that wait for a request of the next step. */
class Connection {
  private readonly calls = new Map<number, { readonly abort: AbortController; more: () => void }>();
  private readonly running = new Set<Promise<void>>();
  private isClosed = false;
  private release: (() => void) | undefined;
  private opening: Promise<void> | undefined;

  constructor(
    private readonly handlers: RpcHandlers,
    private readonly send: Send,
  ) {}

  open(server: string, lock: string | undefined): void {
    this.opening ??= (async () => {
      this.release = lock === undefined ? undefined : await holdLock(lock);
      if (this.isClosed) this.release?.();
    })();
    this.opening.then(() => this.send({ opened: server, ...(this.release && { lock }) }));
  }

  receive(message: Exclude<Request, { open: true } | { close: true }>): void {
    if ('notify' in message) this.handlers.onNotify?.(message.notify, message.args);
    else if ('abort' in message) this.calls.get(message.call)?.abort.abort();
    else if ('more' in message) this.calls.get(message.call)?.more();
    else {
      const run = this.run(message).finally(() => this.running.delete(run));
      this.running.add(run);
    }
  }

  /** Aborts all calls; the connection is closed once they have ended. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const { abort } of this.calls.values()) abort.abort();
    Promise.resolve()
      .then(() => this.handlers.onClosing?.())
      .then(() => Promise.allSettled(this.running))
      .then(() => this.handlers.onClosed?.())
      .catch(() => {}) // the client is gone
      .finally(() => this.release?.());
  }

  private async run({ call, method, args }: CallRequest): Promise<void> {
    const abort = new AbortController();
    const { signal } = abort;
    this.calls.set(call, { abort, more: () => {} });
    const emit = (event: unknown) => this.answer(event, value => ({ call, event: value }));
    try {
      const answer = await this.handlers.call(method, args, { signal, emit });
      const result = isStream(answer) ? await this.stream(call, signal, answer) : answer;
      this.answer(result, value => ({ call, result: value }));
    } catch (error) {
      this.fail(call, error);
    } finally {
      this.calls.delete(call);
    }
  }

  private async stream(call: number, signal: AbortSignal, steps: Stream): Promise<unknown> {
    try {
      for (;;) {
        const { done, value } = await steps.next();
        if (done) return value;
        signal.throwIfAborted();
        const requested = this.nextRequest(call, signal);
        this.answer(value, step => ({ call, step }));
        await requested;
        signal.throwIfAborted();
      }
    } catch (error) {
      await steps.return?.(undefined);
      throw error;
    }
  }

  /** Waits until the client requests the next step or aborts the call. */
  private nextRequest(call: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const go = () => {
        signal.removeEventListener('abort', go);
        resolve();
      };
      signal.addEventListener('abort', go);
      this.calls.get(call)!.more = go;
    });
  }

  private answer(answer: unknown, responseOf: (value: unknown) => Response): void {
    if (this.isClosed) return;
    const isTransferred = answer instanceof Transferred;
    this.send(responseOf(isTransferred ? answer.value : answer), isTransferred ? answer.transferables : undefined);
  }

  /** Sends an error; without its details and cause if they cannot be cloned. */
  private fail(call: number, error: unknown): void {
    if (this.isClosed) return;
    const plain = errorToPlain(error);
    try {
      this.send({ call, error: plain });
    } catch {
      const { name, message, stack, class: kind, code } = plain;
      this.send({ call, error: { name, message, stack, class: kind, code } });
    }
  }
}

type Stream = AsyncIterator<unknown, unknown, undefined>;

function isStream(value: unknown): value is Stream {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value;
}

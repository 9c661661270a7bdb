import { errorToPlain } from '../plain-error.js';
import { listen, type Port } from '../port.js';
import type { RpcOptions } from './client.js';
import { holdLock } from './lock.js';
import { envelopeOf, type Request, type Response, uniqueName } from './protocol.js';
import { Transferred } from './transfer.js';

/** What a call is told beside its arguments. */
export interface RpcCall {
  /** Aborted when the caller gives up, leaves a stream, or is gone. */
  readonly signal: AbortSignal;
  /** Tells the caller something while the call goes on. */
  emit(event: unknown): void;
}

/** What is done for one connection. */
export interface RpcHandlers {
  /**
   * Answers a call, with a value or a promise of it, or with an async generator, whose steps are made when the caller asks for them and whose return value is
   * the result. Answers, steps and events may be `moved`.
   */
  call(method: string, args: readonly unknown[], call: RpcCall): unknown;
  onNotify?(method: string, args: readonly unknown[]): void;
  /** The connection was closed, and its calls are told to end. */
  onClosing?(): unknown;
  /** The calls of the connection that was closed have ended. */
  onClosed?(): unknown;
}

/** A service on a port. */
export interface RpcServer {
  /** Ends all connections, after which nothing listens to the port any more. */
  close(): void;
}

/** Serves a port: `connected` makes the handlers of each connection, which know nothing of each other. */
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

/** One connection on the serving side: its calls, and which of them wait until a step is asked for. */
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

  /** Aborts the calls; when they have ended, so has the connection. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const { abort } of this.calls.values()) abort.abort();
    Promise.resolve()
      .then(() => this.handlers.onClosing?.())
      .then(() => Promise.allSettled(this.running))
      .then(() => this.handlers.onClosed?.())
      .catch(() => {}) // nobody is there to be told
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

  /** Waits until the next step is asked for or the call is given up. */
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

  /** An error reaches the caller even where what it holds cannot cross. */
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

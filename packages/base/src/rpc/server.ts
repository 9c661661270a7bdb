import { ResidualError } from '../errors.js';
import { errorToPlain } from '../plain-error.js';
import { listen, type Port } from '../port.js';
import type { RpcOptions } from './client.js';
import type { Handlers, RpcConnection } from './handlers.js';
import { holdLock } from './lock.js';
import { envelopeOf, type Request, type Response, uniqueName } from './protocol.js';
import { Transferred } from './transfer.js';

/** A service on a port. */
export interface RpcServer {
  /** Closes all connections and removes all listeners from the port. */
  close(): void;
}

/**
 * Answers the calls that arrive at a port. Each client has a connection of its own, whose handlers `onConnect` makes.
 * Several services may share a port.
 */
export function serve(port: Port | null, { service, name }: RpcOptions, onConnect: () => RpcConnection): RpcServer {
  const server = uniqueName();
  const connections = new Map<string, ServedConnection>();
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
      const connection =
        connections.get(id) ?? new ServedConnection(onConnect(), name, (...answer) => send(id, ...answer));
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
class ServedConnection {
  private readonly calls = new Map<number, { readonly abort: AbortController; more: () => void }>();
  private readonly running = new Set<Promise<void>>();
  private isClosed = false;
  private release: (() => void) | undefined;
  private opening: Promise<void> | undefined;

  constructor(
    private readonly connection: RpcConnection,
    private readonly name: string,
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
    if ('notify' in message) this.notify(message.notify, message.args);
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
      .then(() => this.connection.onClosing?.())
      .then(() => Promise.allSettled(this.running))
      .then(() => this.connection.onClosed?.())
      .catch(() => {}) // the client is gone
      .finally(() => this.release?.());
  }

  private async run({ call, method, args }: CallRequest): Promise<void> {
    const abort = new AbortController();
    const { signal } = abort;
    this.calls.set(call, { abort, more: () => {} });
    const emit = (event: unknown) => this.answer(event, value => ({ call, event: value }));
    try {
      const answer = await this.handlerOf(method)({ signal, emit }, ...(args as never[]));
      const result = isStream(answer) ? await this.stream(call, signal, answer) : answer;
      this.answer(result, value => ({ call, result: value }));
    } catch (error) {
      this.fail(call, error);
    } finally {
      this.calls.delete(call);
    }
  }

  private handlerOf(method: string): Handlers[string] {
    const { handlers } = this.connection;
    if (Object.hasOwn(handlers, method)) return handlers[method]!;
    const names = Object.keys(handlers).join(', ');
    throw new ResidualError('name', `${this.name}: there is no ${method}; there are ${names}`);
  }

  /** Runs a handler whose answer and errors nobody waits for. */
  private async notify(method: string, args: readonly unknown[]): Promise<void> {
    const { signal } = new AbortController();
    try {
      await this.handlerOf(method)({ signal, emit: () => {} }, ...(args as never[]));
    } catch {}
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

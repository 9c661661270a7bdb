import { ResidualError } from '../errors.js';
import { errorFromPlain } from '../plain-error.js';
import { listen, type Port, type PortConnection } from '../port.js';
import type { AnyHandlers, HandlerAnswer, HandlerArguments, HandlerStream, Handlers } from './handlers.js';
import { awaitLock } from './lock.js';
import { envelopeOf, type Request, type Response, uniqueName } from './protocol.js';

/** Settings of a connection. */
export interface RpcOptions {
  /** The name of the service on the other side. */
  readonly service: string;
  /** The name of the connecting function, for errors. */
  readonly name: string;
}

/** Options of a call. */
export interface RpcCallOptions {
  /** Aborts the call on both sides; the call rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
  /** Buffers that are transferred instead of copied. */
  readonly transfer?: readonly object[] | undefined;
  /** Called for each event that the server emits. If it throws, the call ends and rejects with that error. */
  readonly onEvent?: ((event: never) => void) | undefined;
  /** Called with a result that arrives after `onEvent` has thrown. */
  readonly onLateResult?: ((result: never) => void) | undefined;
}

interface PendingCall {
  onResponse(response: Extract<Response, { call: number }>): void;
  onError(error: unknown): void;
}

type WithoutServer<Message> = Message extends { readonly server: string } ? Omit<Message, 'server'> : never;
type OutgoingMessage = WithoutServer<Request>;

/**
 * Connects to a service on the other side of a port. `connect<Handlers>` knows the types of arguments and answers.
 */
export function connect<Known extends Handlers = AnyHandlers>(
  port: Port | null,
  options: RpcOptions,
): RpcClient<Known> {
  return new RpcClient(port, options);
}

/**
 * Calls a service on the other side of a port. Calls wait until the service is ready. After the connection closes,
 * because either side closes it, the port closes or the worker ends, all pending and later calls reject with the
 * reason.
 */
export class RpcClient<Known extends Handlers = AnyHandlers> {
  private readonly service: string;
  private readonly name: string;
  private readonly connection = uniqueName();
  private readonly link: PortConnection;
  private readonly pending = new Map<number, PendingCall>();
  private readonly queue: (() => void)[] = [];
  private nextCallId = 0;
  private server: string | undefined;
  private stopAwaitingLock: (() => void) | undefined;
  private closeReason: ResidualError | undefined;

  constructor(port: Port | null, { service, name }: RpcOptions) {
    [this.service, this.name] = [service, name];
    this.link = listen(port, {
      name,
      onMessage: data => this.receive(data),
      onEnd: error => this.close(error), // also tells the other side, if possible
      hasAnswered: () => this.server !== undefined,
    });
    this.post({ open: true });
  }

  /** Calls a method and returns its result. */
  async call<Name extends keyof Known & string>(
    method: Name,
    args: HandlerArguments<Known[Name]>,
    options: RpcCallOptions = {},
  ): Promise<HandlerAnswer<Known[Name]>> {
    const { signal, onEvent, onLateResult } = options;
    let hasThrown = false;
    this.expectOpen();
    signal?.throwIfAborted();
    const call = this.nextCallId++;
    const abort = () => this.abort(call, signal);
    try {
      return await new Promise<HandlerAnswer<Known[Name]>>((resolve, reject) => {
        this.pending.set(call, {
          onError: reject,
          onResponse: response => {
            if (hasThrown) {
              if ('event' in response) return;
              this.pending.delete(call);
              if ('result' in response) onLateResult?.(response.result as never);
            } else if ('error' in response) reject(errorFromPlain(response.error));
            else if ('result' in response) resolve(response.result as HandlerAnswer<Known[Name]>);
            else if ('event' in response) {
              try {
                onEvent?.(response.event as never);
              } catch (error) {
                hasThrown = true;
                this.send({ call, abort: true });
                reject(error);
              }
            }
          },
        });
        signal?.addEventListener('abort', abort);
        this.send({ call, method, args }, options.transfer);
      });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      signal?.removeEventListener('abort', abort);
      if (!hasThrown) this.pending.delete(call);
    }
  }

  /**
   * Calls a method that returns a stream: yields its steps, each computed on request, and returns its result. Leaving
   * the loop ends it on both sides.
   */
  stream<Name extends keyof Known & string>(
    method: Name,
    args: HandlerArguments<Known[Name]>,
    options: RpcCallOptions = {},
  ): HandlerStream<Known[Name]> {
    return this.steps(method, args, options) as HandlerStream<Known[Name]>;
  }

  private async *steps(
    method: string,
    args: readonly unknown[],
    { signal, transfer }: RpcCallOptions,
  ): AsyncGenerator<unknown, unknown, undefined> {
    this.expectOpen();
    signal?.throwIfAborted();
    const call = this.nextCallId++;
    const inbox: (() => Response)[] = [];
    let wake = () => {};
    const enqueue = (response: () => Response) => {
      inbox.push(response);
      wake();
    };
    const abort = () => this.abort(call, signal);
    this.pending.set(call, {
      onResponse: response => enqueue(() => response),
      onError: error =>
        enqueue(() => {
          throw error;
        }),
    });
    signal?.addEventListener('abort', abort);
    let isFinished = false;
    try {
      this.send({ call, method, args }, transfer);
      for (;;) {
        const response = inbox.shift()?.();
        if (!response)
          await new Promise<void>(resolve => {
            wake = resolve;
          });
        else if ('error' in response) throw errorFromPlain(response.error);
        else if ('result' in response) {
          isFinished = true;
          return response.result;
        } else if ('step' in response) {
          yield response.step;
          this.send({ call, more: true });
        }
      }
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.pending.delete(call);
      if (!isFinished) this.send({ call, abort: true });
    }
  }

  /** Calls a method without an answer. */
  notify<Name extends keyof Known & string>(method: Name, args: HandlerArguments<Known[Name]>): void {
    this.send({ notify: method, args });
  }

  /** Closes the connection, not the port. All pending and later calls reject with `error`. */
  close(error = new ResidualError('closed', `${this.name}: the connection was closed`)): void {
    if (this.closeReason) return;
    this.post({ close: true });
    this.end(error);
  }

  private expectOpen(): void {
    if (this.closeReason) throw this.closeReason;
  }

  /**
   * Aborts a call on the server, which answers when the call has ended. Before a server is connected, the call rejects
   * at once.
   */
  private abort(call: number, signal: AbortSignal | undefined): void {
    if (this.server === undefined) this.pending.get(call)?.onError(signal?.reason);
    this.send({ call, abort: true });
  }

  private send(message: OutgoingMessage, transfer?: readonly object[]): void {
    if (this.closeReason) return;
    if (this.server !== undefined) this.post({ ...message, server: this.server } as Request, transfer);
    else
      this.queue.push(() => {
        if ('call' in message && !this.pending.has(message.call)) return; // already aborted
        try {
          this.send(message, transfer);
        } catch (error) {
          if ('call' in message) this.pending.get(message.call)?.onError(error); // it cannot be cloned
        }
      });
  }

  private post(body: Request, transfer?: readonly object[]): void {
    const { service, connection } = this;
    this.link.post({ residual: service, connection, body }, transfer);
  }

  private receive(data: unknown): void {
    const { connection, body } = envelopeOf<Response>(this.service, data) ?? {};
    if (!body) return;
    if ('ready' in body) {
      if (this.server === undefined) this.post({ open: true });
    } else if (connection !== this.connection) return;
    else if ('opened' in body) this.onOpened(body);
    else if ('closed' in body)
      this.end(new ResidualError('closed', `${this.name}: the other side closed the connection`));
    else if ('call' in body) this.pending.get(body.call)?.onResponse(body);
  }

  private onOpened({ opened, lock }: Extract<Response, { opened: string }>): void {
    if (this.server !== undefined) return; // by another server
    this.server = opened;
    if (lock !== undefined && !this.link.reportsEnd) {
      const ended = () => this.end(new ResidualError('closed', `${this.name}: the worker ended`));
      this.stopAwaitingLock = awaitLock(lock, ended);
    }
    for (const send of this.queue.splice(0)) send();
  }

  private end(error: ResidualError): void {
    if (this.closeReason) return;
    this.closeReason = error;
    this.stopAwaitingLock?.();
    this.link.stop();
    this.queue.length = 0;
    for (const { onError } of [...this.pending.values()]) onError(error);
  }
}

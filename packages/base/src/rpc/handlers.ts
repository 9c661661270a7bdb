import type { Transferred } from './transfer.js';

/** The context of a call. */
export interface RpcCall {
  /** Aborted when the client aborts the call, leaves the stream or disconnects. */
  readonly signal: AbortSignal;
  /** Sends an event to the client during the call. */
  emit(event: unknown): void;
}

/**
 * The functions of a service by name. A handler gets the context of the call, then the arguments. It answers with a
 * value, a promise, or an async generator, whose steps are computed when the client asks for them and whose return
 * value is the result. Answers, steps and events may be wrapped by `transfer`.
 */
export type Handlers = Readonly<Record<string, (call: RpcCall, ...args: never[]) => unknown>>;

/** The handlers of one connection, and what happens when it closes. */
export interface RpcConnection<Known extends Handlers = Handlers> {
  readonly handlers: Known;
  /** Called when the connection closes, after its calls were aborted. */
  onClosing?(): unknown;
  /** Called after all calls of a closed connection have ended. */
  onClosed?(): unknown;
}

/** The arguments that a client passes to a handler. */
export type HandlerArguments<Handler> = Handler extends (call: RpcCall, ...args: infer Args) => unknown ? Args : never;

/** The answer of a handler that does not stream. */
export type HandlerAnswer<Handler> = Handler extends (...args: never[]) => infer Answer
  ? Untransferred<Awaited<Answer>>
  : never;

/** The steps and the result of a handler that streams. */
export type HandlerStream<Handler> = Handler extends (...args: never[]) => AsyncGenerator<infer Step, infer Result>
  ? AsyncGenerator<Untransferred<Step>, Untransferred<Result>, undefined>
  : never;

/** A value as it arrives. */
export type Untransferred<T> = T extends Transferred<infer Value> ? Value : T;

/** Handlers of unknown types. */
// biome-ignore lint/suspicious/noExplicitAny: a client that does not state its handlers may call anything
export type AnyHandlers = Readonly<Record<string, (call: RpcCall, ...args: any[]) => any>>;

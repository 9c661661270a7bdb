import { ResidualError } from './errors.js';

/**
 * A message port: a `Worker`, a `MessagePort` or `self` in a worker of a browser; `parentPort`, a `Worker` or a
 * `MessagePort` of `worker_threads` in Node.
 */
export type Port = EventPort | EmitterPort;

/** A port in a browser. */
export interface EventPort {
  postMessage(message: unknown, options?: { transfer?: object[] }): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  removeEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  /** Starts a `MessagePort`. */
  start?(): void;
}

/** A port in Node. */
export interface EmitterPort {
  postMessage(message: unknown, transfer?: readonly object[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
}

/** Listeners of a port. */
export interface PortListeners {
  /** The name of the function that uses the port, for messages. */
  readonly name: string;
  onMessage(data: unknown): void;
  /** Called when the port ends, with the reason. */
  onEnd(error: ResidualError): void;
  /**
   * Whether the other side has answered yet. Before that, an error event of a browser worker means that it did not
   * start.
   */
  readonly hasAnswered?: () => boolean;
}

/** The connection to a port. */
export interface PortConnection {
  /** Whether `onEnd` is always called when the other side ends; browsers do not report the end of a worker. */
  readonly reportsEnd: boolean;
  post(message: unknown, transfer?: readonly object[]): void;
  /** Stops listening. */
  stop(): void;
}

/** Listens to a port until it ends. Errors if it is null, as `parentPort` is outside a worker. */
export function listen(port: Port | null, listeners: PortListeners): PortConnection {
  const { name } = listeners;
  if (typeof port?.postMessage !== 'function')
    throw new ResidualError('port', `${name}: there is no port; parentPort is null outside a worker`);
  return 'on' in port && typeof port.on === 'function'
    ? listenToEmitter(port, listeners)
    : listenToEvents(port as EventPort, listeners);
}

function listenToEmitter(port: EmitterPort, { name, onMessage, onEnd }: PortListeners): PortConnection {
  const end = (what: string, cause?: unknown) => onEnd(new ResidualError('closed', `${name}: ${what}`, { cause }));
  const handlers: Record<string, (value: never) => void> = {
    message: onMessage,
    close: () => end('the port was closed'),
    exit: (code: number) => end(`the worker ended with code ${code}`),
    error: (error: unknown) => end(`the worker ended: ${textOf(error)}`, error),
    messageerror: (error: unknown) => end(`a message could not be read: ${textOf(error)}`, error),
  };
  const events = port as unknown as { on: OnEvent; off: OnEvent };
  for (const [event, handler] of Object.entries(handlers)) events.on(event, handler);
  const stop = () => {
    for (const [event, handler] of Object.entries(handlers)) events.off(event, handler);
  };
  if (isClosed(port)) queueMicrotask(() => end('the port was closed')); // its close event is over
  return { reportsEnd: true, post: (data, transfer = []) => port.postMessage(data, transfer), stop };
}

type OnEvent = (event: string, handler: (value: never) => void) => void;

/** Whether a port of Node is closed: then it cannot be referenced. The thread id of a worker that has ended is -1. */
function isClosed(port: EmitterPort): boolean {
  const { threadId, hasRef, ref, unref } = port as {
    threadId?: number;
    hasRef?(): boolean;
    ref?(): void;
    unref?(): void;
  };
  if (threadId === -1) return true;
  if (!hasRef || !ref || !unref || hasRef.call(port)) return false;
  ref.call(port);
  const isOpen = hasRef.call(port);
  unref.call(port);
  return !isOpen;
}

function listenToEvents(port: EventPort, { name, onMessage, onEnd, hasAnswered }: PortListeners): PortConnection {
  const end = (code: string, what: string) => onEnd(new ResidualError(code, `${name}: ${what}`));
  const handlers: Record<string, (event: never) => void> = {
    message: ({ data }: { data: unknown }) => onMessage(data),
    close: () => end('closed', 'terminate' in port ? 'the worker ended' : 'the port was closed'),
    messageerror: () => end('closed', 'a message could not be read'),
    // A worker that fails to load never answers. Errors of a running worker are not reported here.
    ...(hasAnswered && {
      error: ({ message: text = '' }: { message?: string }) => {
        if (!hasAnswered()) end('worker', `the worker did not start: ${text || 'is its address right?'}`);
      },
    }),
  };
  emitCloseOnEnd(port);
  const events = port as unknown as { addEventListener: OnEvent; removeEventListener: OnEvent };
  for (const [event, handler] of Object.entries(handlers)) events.addEventListener(event, handler);
  port.start?.();
  return {
    reportsEnd: false,
    post: (data, transfer = []) => port.postMessage(data, { transfer: [...transfer] }),
    stop: () => {
      for (const [event, handler] of Object.entries(handlers)) events.removeEventListener(event, handler);
    },
  };
}

/**
 * Makes `close` of a browser `MessagePort` and `terminate` of a `Worker` dispatch a `close` event, as in Node. Browsers
 * report neither, and pending calls would wait forever.
 */
function emitCloseOnEnd(port: EventPort): void {
  for (const [name, method] of [
    ['MessagePort', 'close'],
    ['Worker', 'terminate'],
  ] as const) {
    const kind = (globalThis as Record<string, unknown>)[name] as (new () => EventTarget) | undefined;
    if (typeof kind !== 'function' || !(port instanceof kind) || Object.hasOwn(port, method)) continue;
    const end = () => {
      port.dispatchEvent(new Event('close'));
      kind.prototype[method].call(port);
    };
    Object.defineProperty(port, method, { value: end, configurable: true, writable: true });
  }
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

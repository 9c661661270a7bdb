import { ResidualError } from './errors.js';

/**
 * What messages go through: a `Worker`, a `MessagePort`, `self` in a worker of a page; `parentPort`, a `Worker` or a `MessagePort` of Node's `worker_threads`.
 */
export type Port = EventPort | EmitterPort;

/** A port as pages have it. */
export interface EventPort {
  postMessage(message: unknown, options?: { transfer?: object[] }): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  removeEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  /** A `MessagePort` must be started. */
  start?(): void;
}

/** A port as Node has it. */
export interface EmitterPort {
  postMessage(message: unknown, transfer?: readonly object[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
}

/** What is told of a port. */
export interface PortListeners {
  /** The function that uses the port, for messages. */
  readonly name: string;
  onMessage(data: unknown): void;
  /** Nothing comes any more, and why. */
  onEnd(error: ResidualError): void;
  /** Whether the other side has said anything yet: before that, an error of a page's worker means that it did not start. */
  readonly hasAnswered?: () => boolean;
}

/** A port that is listened to. */
export interface PortConnection {
  /** Whether its end is always told here. A page is not told when a worker ends. */
  readonly reportsEnd: boolean;
  post(message: unknown, transfer?: readonly object[]): void;
  /** Stops listening. */
  stop(): void;
}

/** Listens to a port and tells when it ends. Errors for null, which `parentPort` is outside a worker. */
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
  if (isClosed(port)) queueMicrotask(() => end('the port was closed')); // long ago, so that nothing tells of it any more
  return { reportsEnd: true, post: (data, transfer = []) => port.postMessage(data, transfer), stop };
}

type OnEvent = (event: string, handler: (value: never) => void) => void;

/** A port of Node that is closed cannot be referenced; the thread of a worker that has ended is -1. */
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
    // A worker that cannot be loaded would never answer; an error of one that answers is its own.
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
 * Lets a `MessagePort` of a page tell of its `close`, and a `Worker` of its `terminate`, as Node's do: browsers tell neither side, so that what waits for an answer
 * would wait for ever.
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

import { type Port, ResidualError } from '../index.js';
import { type RpcServer, serve, transfer } from '../rpc/index.js';

/** The log of the server, by connection. */
export const log: string[] = [];

/** A service for tests that answers, counts, waits and throws. */
export function serveEcho(port: Port | null): RpcServer {
  let connections = 0;
  return serve(port, { service: 'echo', name: 'serveEcho' }, () => {
    const connectionId = connections++;
    return {
      handlers: {
        echo: (_, value) => value,
        connection: () => connectionId,
        bytes: () => {
          const bytes = new Uint8Array(1000);
          return transfer(bytes, [bytes.buffer]);
        },
        events: ({ signal, emit }) => {
          for (let i = 0; i < 3; i++) emit(i);
          return untilAborted(signal);
        },
        count: ({ signal }, end: number) => count(end, signal),
        wait: ({ signal }) => untilAborted(signal),
        throw: (_, make?: () => unknown) => {
          throw make ?? throwError();
        },
        outOfRange: () => {
          throw new RangeError('3 is out of range');
        },
        function: () => () => 1,
        exit: () => process.exit(3),
        crash: ({ signal }) => setTimeout(() => throwError('out of nothing'), 0) && untilAborted(signal),
        note: (_, text: string) => {
          log.push(`${connectionId} ${text}`);
        },
      },
      onClosing: () => log.push(`${connectionId} closing`),
      onClosed: () => log.push(`${connectionId} closed`),
    };
  });
}

function throwError(message = 'echo: 3 are more than 2'): never {
  throw new ResidualError('many', message, { details: { count: 3, keep: () => 1 }, cause: new TypeError('why') });
}

async function* count(end: number, signal: AbortSignal) {
  try {
    for (let i = 0; i < end; i++) {
      log.push(`step ${i}`);
      yield i;
    }
    return signal.aborted ? 'aborted' : 'whole';
  } finally {
    log.push('left');
  }
}

/** Answers only when aborted. */
const untilAborted = (signal: AbortSignal) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

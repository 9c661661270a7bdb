import { type Port, ResidualError } from '../index.js';
import { type RpcServer, serveRpc, transfer } from '../rpc/index.js';

/** The log of the server, by connection. */
export const log: string[] = [];

/** A service for tests that answers, counts, waits and throws. */
export function serveEcho(port: Port | null): RpcServer {
  let connections = 0;
  return serveRpc(port, { service: 'echo', name: 'serveEcho' }, () => {
    const connectionId = connections++;
    return {
      call(method, args, { signal, emit }) {
        if (method === 'echo') return args[0];
        if (method === 'connection') return connectionId;
        if (method === 'bytes') {
          const bytes = new Uint8Array(1000);
          return transfer(bytes, [bytes.buffer]);
        }
        if (method === 'events') {
          for (let i = 0; i < 3; i++) emit(i);
          return untilAborted(signal);
        }
        if (method === 'count') return count(args[0] as number, signal);
        if (method === 'wait') return untilAborted(signal);
        if (method === 'throw') throw (args[0] as (() => unknown) | undefined) ?? throwError();
        if (method === 'function') return () => 1;
        if (method === 'exit') return process.exit(3);
        if (method === 'crash') return setTimeout(() => throwError('out of nothing'), 0) && untilAborted(signal);
        throw new RangeError(`there is no ${method}`);
      },
      onNotify: method => {
        log.push(`${connectionId} ${method}`);
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

import { type Port, yieldToEventLoop } from '@residual/base';
import { connect as connectRpc, type Handlers, serve } from '@residual/base/rpc';

/** Functions of plain data that one thread offers to another, by name. */
export type Functions = Readonly<Record<string, (...values: never[]) => unknown>>;

/** The same functions on the other side: each returns a promise, and takes a signal that aborts it at its end. */
export type Remote<Offered extends Functions> = {
  readonly [Name in keyof Offered]: (
    ...values: [...Parameters<Offered[Name]>, signal?: AbortSignal]
  ) => Promise<Awaited<ReturnType<Offered[Name]>>>;
};

/** Serves calls from the other side. A call that is aborted before its turn is not computed. */
export function offer(port: Port, service: string, functions: Functions): void {
  const handlers: Handlers = Object.fromEntries(
    Object.entries(functions).map(([name, compute]): [string, Handlers[string]] => [
      name,
      async ({ signal }, ...values) => {
        await yieldToEventLoop(); // so that an abort that waits behind the call is heard
        signal.throwIfAborted();
        return compute(...values);
      },
    ]),
  );
  serve(port, { service, name: 'offer' }, () => ({ handlers }));
}

/** Calls functions of the other side; ports among the arguments are transferred. */
export function connect<Offered extends Functions>(port: Port, service: string): Remote<Offered> {
  const rpc = connectRpc(port, { service, name: 'connect' });
  return new Proxy({} as Remote<Offered>, {
    get:
      (_, name: string) =>
      (...values: unknown[]) => {
        const last = values.at(-1);
        const signal = last instanceof AbortSignal ? last : undefined;
        const plain = signal ? values.slice(0, -1) : values;
        return rpc.call(name, plain, { signal, transfer: plain.filter(value => value instanceof MessagePort) });
      },
  });
}

import type { Port } from '@residual/base';
import { connect as connectRpc, type Handlers, serve } from '@residual/base/rpc';

/** Functions of plain data that one thread offers to another, over messages. */

type Functions = Readonly<Record<string, (...values: never[]) => unknown>>;

/** The same functions on the other side: each returns a promise. */
export type Remote<Offered extends Functions> = {
  readonly [Name in keyof Offered]: (
    ...values: Parameters<Offered[Name]>
  ) => Promise<Awaited<ReturnType<Offered[Name]>>>;
};

/** Serves calls from the other side. */
export function offer(port: Port, functions: Functions): void {
  const handlers: Handlers = Object.fromEntries(
    Object.entries(functions).map(([name, compute]) => [name, (_: unknown, ...values: never[]) => compute(...values)]),
  );
  serve(port, { service: 'arithmetic', name: 'offer' }, () => ({ handlers }));
}

/** Calls functions of the other side; ports among the arguments are transferred. */
export function connect<Offered extends Functions>(worker: Worker): Remote<Offered> {
  const rpc = connectRpc(worker, { service: 'arithmetic', name: 'connect' });
  return new Proxy({} as Remote<Offered>, {
    get:
      (_, name: string) =>
      (...values: unknown[]) =>
        rpc.call(name, values, { transfer: values.filter(value => value instanceof MessagePort) }),
  });
}

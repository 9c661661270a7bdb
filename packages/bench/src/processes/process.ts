import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A child process that answers calls. */
export interface BenchProcess {
  call(name: string, ...values: unknown[]): Promise<never>;
  close(): Promise<void>;
}

/** What a process answers to a call. */
export interface ProcessAnswer {
  readonly value?: unknown;
  readonly error?: string;
}

/** The `call` of a process: sends a message with `send`, and throws the error of the answer. */
export const callOf =
  (name: string, send: (message: { call: string; values: readonly unknown[] }) => Promise<ProcessAnswer>) =>
  async (call: string, ...values: unknown[]): Promise<never> => {
    const answer = await send({ call, values });
    if (answer.error !== undefined) throw new Error(`${name} ${call}: ${answer.error}`);
    return answer.value as never;
  };

/** Starts a built program of this folder. It answers messages `{ call, values }` with `{ value }` or `{ error }`. */
export function startProcess(program: string, name: string): BenchProcess {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), [name]);
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  let settle: ((answer: ProcessAnswer) => void) | undefined;
  child.on('message', answer => settle?.(answer as ProcessAnswer));
  child.on('exit', code => settle?.({ error: `its process ended with ${code}` }));
  return {
    call: callOf(name, message => {
      child.send(message);
      return new Promise(resolve => {
        settle = resolve;
      });
    }),
    close: async () => {
      child.kill();
      await ended;
    },
  };
}

type Handlers = Readonly<Record<string, (...values: never[]) => Promise<unknown>>>;

/** The other side of `startProcess`: answers its calls with the handlers that `start` makes. */
export function serveProcess(start: () => Promise<Handlers>): void {
  const handlers = start();
  process.on('message', ({ call, values }: { call: string; values: never[] }) => {
    handlers
      .then(all => all[call]!(...values))
      .then(
        value => process.send!({ value }),
        (error: Error) => process.send!({ error: error.stack ?? String(error) }),
      );
  });
}

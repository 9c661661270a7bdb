import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A child process that answers calls. */
export interface BenchProcess {
  call(name: string, ...values: unknown[]): Promise<never>;
  close(): Promise<void>;
}

interface Answer {
  readonly value?: unknown;
  readonly error?: string;
}

/** Starts a built program of this folder. It answers messages `{ call, values }` with `{ value }` or `{ error }`. */
export function startProcess(program: string, name: string): BenchProcess {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), [name]);
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  let settle: ((answer: Answer) => void) | undefined;
  child.on('message', answer => settle?.(answer as Answer));
  child.on('exit', code => settle?.({ error: `its process ended with ${code}` }));
  return {
    call: async (call, ...values) => {
      child.send({ call, values });
      const answer = await new Promise<Answer>(resolve => {
        settle = resolve;
      });
      if (answer.error !== undefined) throw new Error(`${name} ${call}: ${answer.error}`);
      return answer.value as never;
    },
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

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A child process that answers calls. */
export interface BenchProcess {
  call(name: string, ...values: unknown[]): Promise<never>;
  close(): Promise<void>;
}

/** Starts a built program of this folder. It answers messages `{ call, values }` with `{ value }` or `{ error }`. */
export function startProcess(program: string, name: string): BenchProcess {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), [name]);
  let settle: ((answer: { value?: unknown; error?: string }) => void) | undefined;
  child.on('message', answer => settle?.(answer as { value?: unknown; error?: string }));
  child.on('exit', code => settle?.({ error: `its process ended with ${code}` }));
  return {
    call: async (call, ...values) => {
      child.send({ call, values });
      const answer = await new Promise<{ value?: unknown; error?: string }>(resolve => {
        settle = resolve;
      });
      if (answer.error !== undefined) throw new Error(`${name} ${call}: ${answer.error}`);
      return answer.value as never;
    },
    close: async () => {
      child.kill();
    },
  };
}

/** The other side of `startProcess`: answers its calls with these handlers. */
export function serveProcess(handlers: Readonly<Record<string, (...values: never[]) => Promise<unknown>>>): void {
  process.on('message', ({ call, values }: { call: string; values: never[] }) => {
    handlers[call]!(...values).then(
      value => process.send!({ value }),
      (error: Error) => process.send!({ error: error.stack ?? String(error) }),
    );
  });
}

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Bench, SubjectName } from './machine.js';
import type { Written } from './subjects/subject.js';

/** A subject on WebAssembly in a Node process of its own. */
export function inProcess(name: SubjectName): Bench {
  const child = fork(fileURLToPath(new URL('./child.js', import.meta.url)), [name]);
  let settle: ((answer: { value?: unknown; error?: string }) => void) | undefined;
  child.on('message', answer => settle?.(answer as { value?: unknown; error?: string }));
  child.on('exit', code => settle?.({ error: `its process ended with ${code}` }));
  const ask = async (call: string, ...values: unknown[]): Promise<never> => {
    child.send({ call, values });
    const answer = await new Promise<{ value?: unknown; error?: string }>(resolve => {
      settle = resolve;
    });
    if (answer.error !== undefined) throw new Error(`${name} ${call}: ${answer.error}`);
    return answer.value as never;
  };
  return {
    load: (source): Promise<number> => ask('load', source),
    write: (prompt, count): Promise<Written> => ask('write', prompt, count),
    peak: (): Promise<number> => ask('peak'),
    close: async () => {
      child.kill();
    },
  };
}

import type { Bench, SubjectName } from './machine.js';
import { asked } from './process.js';
import type { Written } from './subjects/subject.js';

/** A subject on WebAssembly in a Node process of its own. */
export function inProcess(name: SubjectName): Bench {
  const { ask, close } = asked('./child.js', name);
  return {
    load: (source): Promise<number> => ask('load', source),
    write: (prompt, count): Promise<Written> => ask('write', prompt, count),
    peak: (): Promise<number> => ask('peak'),
    close,
  };
}

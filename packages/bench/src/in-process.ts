import { startProcess } from './process.js';
import type { SubjectName, SubjectRunner } from './subject-runner.js';
import type { GenerationTimes } from './subjects/subject.js';

/** A subject on WebAssembly in a Node process of its own. */
export function inProcess(name: SubjectName): SubjectRunner {
  const { call: ask, close } = startProcess('./child.js', name);
  return {
    load: (source): Promise<number> => ask('load', source),
    generate: (prompt, count): Promise<GenerationTimes> => ask('write', prompt, count),
    peak: (): Promise<number> => ask('peak'),
    close,
  };
}

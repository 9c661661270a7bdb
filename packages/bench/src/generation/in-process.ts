import { startProcess } from '../processes/process.js';
import type { SubjectName, SubjectRunner } from './subject-runner.js';
import type { GenerationTimes, TextTime } from './subjects/subject.js';

/** A subject on WebAssembly in its own Node process. */
export function inProcess(name: SubjectName): SubjectRunner {
  const { call, close } = startProcess('./generation-child.js', name);
  return {
    load: (source): Promise<number> => call('load', source),
    generate: (prompt, count): Promise<GenerationTimes> => call('generate', prompt, count),
    sample: (prompt, count): Promise<TextTime> => call('sample', prompt, count),
    peak: (): Promise<number> => call('peak'),
    close,
  };
}

import { generate, type Subject, sample } from './subjects/subject.js';

/** The answers of a subject to the calls of its runner, except for its peak memory. */
export function answersOf(subject: Subject) {
  return {
    load: async (source: string) => {
      const before = performance.now();
      await subject.load(source);
      return performance.now() - before;
    },
    generate: (prompt: readonly number[], count: number) => generate(subject, prompt, count),
    sample: (prompt: readonly number[], count: number) => sample(subject, prompt, count),
  };
}

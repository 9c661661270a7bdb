import * as tf from '@tensorflow/tfjs-core';
import { generate, type Subject } from '../subjects/subject.js';

/** Lets the page's driver ask what a process of a subject answers; memory is what the graphics card has given. */
export function exposeSubject(subject: Subject): void {
  const answers = {
    load: async (source: string) => {
      const before = performance.now();
      await subject.load(source);
      return performance.now() - before;
    },
    write: (prompt: readonly number[], count: number) => generate(subject, prompt, count),
    peak: async () => (tf.memory() as unknown as { numBytesInGPUAllocated: number }).numBytesInGPUAllocated,
  };
  Object.assign(globalThis, { answers });
}

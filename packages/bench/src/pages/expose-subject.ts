import * as tf from '@tensorflow/tfjs-core';
import { generate, type Subject } from '../subjects/subject.js';

/**
 * Exposes a subject to the page's driver with the calls of a subject's process; memory is that of the graphics card.
 */
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

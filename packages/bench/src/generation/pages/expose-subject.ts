import * as tf from '@tensorflow/tfjs-core';
import { servePage } from '../../processes/serve-page.js';
import { answersOf } from '../answers.js';
import type { Subject } from '../subjects/subject.js';

/** Exposes a subject to the driver of its page; its peak memory is that of the graphics card. */
export function exposeSubject(subject: Subject): void {
  const peak = async () => (tf.memory() as unknown as { numBytesInGPUAllocated: number }).numBytesInGPUAllocated;
  void servePage({ ...answersOf(subject), peak });
}

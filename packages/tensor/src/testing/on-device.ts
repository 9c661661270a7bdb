import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll } from 'vitest';

const flags: Readonly<Record<string, string>> = { webgl: 'WEBGL_CPU_FORWARD', webgpu: 'WEBGPU_CPU_FORWARD' };

/**
 * Makes the ops of a test file run on the GPU: tfjs runs small ops of GPU backends on the CPU while their data is
 * there, and tests are small.
 */
export function onDevice(): void {
  const flag = flags[tf.getBackend()];
  if (flag === undefined) return;
  beforeAll(() => tf.env().set(flag, false));
  afterAll(() => tf.env().set(flag, true));
}

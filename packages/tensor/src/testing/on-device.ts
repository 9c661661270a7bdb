import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll } from 'vitest';

const flags: Readonly<Record<string, string>> = { webgl: 'WEBGL_CPU_FORWARD', webgpu: 'WEBGPU_CPU_FORWARD' };

/**
 * tfjs runs small ops of the GPU backends on the processor while the data is still there. Tests are small, so they
 * would miss the GPU: every file of tests of ops calls this, which turns that off for the file.
 */
export function onDevice(): void {
  const flag = flags[tf.getBackend()];
  if (flag === undefined) return;
  beforeAll(() => tf.env().set(flag, false));
  afterAll(() => tf.env().set(flag, true));
}

import * as tf from '@tensorflow/tfjs-core';

/**
 * tfjs runs small ops of the GPU backends on the processor while the data is still there. Tests are small, so they would miss the GPU: every test of an
 * op imports this file, which turns that off.
 */
const flags = { webgl: 'WEBGL_CPU_FORWARD', webgpu: 'WEBGPU_CPU_FORWARD' };

for (const [backend, flag] of Object.entries(flags)) if (tf.getBackend() === backend) tf.env().set(flag, false);

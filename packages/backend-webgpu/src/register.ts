import { registerKernels } from '@residual/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { startWebGPU } from './adapter.js';
import { kernels } from './kernels/index.js';

const name = 'webgpu';

/**
 * Registers the backend under the name `webgpu`, with our kernels. Done once, when the package is imported; nothing of a browser is touched before it
 * starts. tfjs registers itself only where WebGPU is there at that moment, which in Node depends on the order of imports.
 */
export function register(): void {
  const engine = tf.engine();
  const supported = name in engine.registryFactory; // tfjs registers itself only where WebGPU is there
  if (name in engine.registryFactory && !(name in engine.registry)) tf.removeBackend(name);
  tf.registerBackend(name, startWebGPU, supported ? 3 : 0); // 3 is tfjs's own, before all others; 0 comes last
  tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', packedProduct);
  registerKernels(name, kernels);
}

/** tfjs's choice for few outputs and a long sum is wrong with a transposed right side; this one is never. */
const packedProduct = 3;

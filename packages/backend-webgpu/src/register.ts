import { type PendingDataMaker, registerKernels, registerPendingData } from '@residual/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { startWebGPU } from './adapter.js';
import type { CheckedBackend } from './backend.js';
import { kernels } from './kernels/index.js';
import { packedProgram, programFlag } from './kernels/mat-mul.js';

const name = 'webgpu';

/**
 * Registers the backend `webgpu` with our kernels; runs once, when the package is imported, and needs no browser before
 * the backend starts. tfjs registers its backend only if WebGPU exists at that moment, which in Node depends on the
 * order of imports.
 */
export function register(): void {
  const engine = tf.engine();
  const supported = name in engine.registryFactory; // tfjs has found WebGPU
  if (name in engine.registryFactory && !(name in engine.registry)) tf.removeBackend(name);
  tf.registerBackend(name, startWebGPU, supported ? 3 : 0); // 3, as in tfjs, comes before all others; 0 comes last
  tf.env().set(programFlag, packedProgram);
  registerKernels(name, kernels);
  registerPendingData(name, pendingData);
}

/** Data that is written into its buffer on the device piece by piece. */
const pendingData: PendingDataMaker = (running, shape, dtype) => {
  const backend = running as CheckedBackend;
  const { dataId } = backend.makeTensorInfo(shape, dtype);
  backend.uploadToGPU(dataId); // without values it only allocates
  return { dataId, write: (index, words) => backend.writeWords(dataId, index, words as BufferSource) };
};

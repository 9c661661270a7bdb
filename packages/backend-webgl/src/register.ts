import { registerKernels, registerPendingData, registerRecovery } from '@residual/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { WebGLBackend } from './backend.js';
import { kernels } from './kernels/index.js';
import { pendingData } from './pending-data.js';
import { isContextLost, recoverWebGL, startWebGL } from './recovery.js';

const name = 'webgl';

/**
 * Replaces the backend `webgl` of tfjs by ours; runs once, when the package is imported, and does nothing outside a
 * browser. Our kernels need WebGL 2; with WebGL 1 the compositions run.
 */
export function register(): void {
  const engine = tf.engine();
  const tfjsEntry = engine.registryFactory[name];
  if (!tfjsEntry) return;
  const { priority } = tfjsEntry;
  // Shapes become uniforms, not constants of the code, so that one program serves all lengths.
  tf.env().registerFlag('WEBGL_USE_SHAPES_UNIFORMS', () => true);
  registerRecovery(name, { isLost: isContextLost, recover: recoverWebGL });
  const start = () => {
    const backend = startWebGL();
    if (tf.env().getNumber('WEBGL_VERSION') === 2) {
      registerKernels(name, kernels);
      registerPendingData(name, pendingData);
    }
    return backend;
  };
  if (name in engine.registry && !(engine.registry[name] instanceof WebGLBackend)) {
    engine.registryFactory[name] = { factory: start, priority }; // that of tfjs is already running and may hold tensors
    return;
  }
  tf.removeBackend(name);
  tf.registerBackend(name, start, priority);
}

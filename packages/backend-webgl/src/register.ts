import { registerKernels, registerRecovery } from '@residual/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { WebGLBackend } from './backend.js';
import { kernels } from './kernels/index.js';
import { isContextLost, recoverWebGL, startWebGL } from './recovery.js';

const name = 'webgl';

/**
 * Puts our backend in the place of tfjs's under the name `webgl`. Done once, when the package is imported; where there is no browser nothing happens.
 * Our kernels need WebGL 2; on a device that has only WebGL 1 the compositions run.
 */
export function register(): void {
  const engine = tf.engine();
  const stock = engine.registryFactory[name];
  if (!stock) return;
  const { priority } = stock;
  registerRecovery(name, { isLost: isContextLost, recover: recoverWebGL });
  const start = () => {
    const backend = startWebGL();
    if (tf.env().getNumber('WEBGL_VERSION') === 2) registerKernels(name, kernels);
    return backend;
  };
  if (name in engine.registry && !(engine.registry[name] instanceof WebGLBackend)) {
    engine.registryFactory[name] = { factory: start, priority }; // tfjs's own runs already, with someone's tensors on it
    return;
  }
  tf.removeBackend(name);
  tf.registerBackend(name, start, priority);
}

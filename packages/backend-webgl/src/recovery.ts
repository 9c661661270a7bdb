import { ResidualError } from '@residual/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { WebGLBackend } from './backend.js';

const listeners = /*#__PURE__*/ new Set<() => void>();
let recovering: Promise<void> | undefined;

/** The factory of the backend, which tfjs calls to start `webgl`. */
export function startWebGL(): WebGLBackend {
  return new WebGLBackend(() => {
    for (const listener of [...listeners]) listener();
  });
}

/** Calls `listener` each time the WebGL context is lost. Returns a function that removes it. */
export function onContextLost(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether the WebGL context is lost; every op and read then throws a `ResidualError` with code `context-lost`. */
export function isContextLost(): boolean {
  return running()?.isLost ?? false;
}

/**
 * Restarts the backend after its context was lost and makes it active. Tensors of the old one stay lost: dispose them
 * and create them again from their source. Concurrent calls share one restart. Errors with code `backend` if the
 * browser provides no new context.
 */
export function recoverWebGL(): Promise<void> {
  recovering ??= restart().finally(() => {
    recovering = undefined;
  });
  return recovering;
}

/** Loses the context of the running backend, to test recovery. */
export function loseContext(): void {
  const backend = running();
  if (!backend) throw new ResidualError('backend', 'loseContext: webgl is not running');
  backend.loseContext();
}

async function restart(): Promise<void> {
  const entry = tf.engine().registryFactory.webgl;
  if (!entry) throw new ResidualError('backend', 'recoverWebGL: webgl is not registered; this is not a browser');
  tf.removeBackend('webgl');
  tf.registerBackend('webgl', entry.factory, entry.priority);
  if (await tf.setBackend('webgl')) return;
  throw new ResidualError(
    'backend',
    'recoverWebGL: the browser provides no new WebGL context; reload the page, or continue with another backend',
  );
}

function running(): WebGLBackend | undefined {
  const backend = tf.engine().registry.webgl;
  return backend instanceof WebGLBackend ? backend : undefined;
}

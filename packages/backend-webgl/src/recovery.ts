import { ResidualError } from '@residual/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { WebGLBackend } from './backend.js';

const listeners = /*#__PURE__*/ new Set<() => void>();
let recovering: Promise<void> | undefined;

/** Makes the backend; what tfjs calls when it starts `webgl`. */
export function startWebGL(): WebGLBackend {
  return new WebGLBackend(() => {
    for (const listener of [...listeners]) listener();
  });
}

/** Calls `listener` each time the WebGL context is lost. Gives a function that ends it. */
export function onContextLost(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether the WebGL context in use is lost: every op and every read then throws a `ResidualError` with code `context-lost`. */
export function isContextLost(): boolean {
  return running()?.isLost ?? false;
}

/**
 * Starts the backend anew after its context was lost and makes it the active one; tensors that were on the old one stay lost, so dispose them and make
 * them again from their source. Calls at the same time share one start. Errors with code `backend` when the browser gives no new context.
 */
export function recoverWebGL(): Promise<void> {
  recovering ??= restart().finally(() => {
    recovering = undefined;
  });
  return recovering;
}

/** Takes the context of the running backend away, as the browser does when video memory runs out: a way to test recovery. */
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
    'recoverWebGL: the browser gives no new WebGL context; reload the page, or go on with another backend',
  );
}

function running(): WebGLBackend | undefined {
  const backend = tf.engine().registry.webgl;
  return backend instanceof WebGLBackend ? backend : undefined;
}

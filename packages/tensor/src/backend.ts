import * as tf from '@tensorflow/tfjs-core';
import { ResidualError } from './errors.js';

/** Names of the backends that were imported, best first. */
export function registeredBackends(): string[] {
  return Object.entries(tf.engine().registryFactory)
    .sort(([, a], [, b]) => b.priority - a.priority)
    .map(([name]) => name);
}

/** The name of the active backend, made ready if it can be at once. Errors when none was imported or it is still starting. */
export function requireBackend(): string {
  const name = tf.engine().backendName;
  if (name) return name;
  const [best] = registeredBackends();
  if (best === undefined) {
    throw new ResidualError(
      'backend',
      "tensor: no backend is registered; import '@residual/backend-webgl' (or wasm, webgpu, cpu)",
    );
  }
  try {
    tf.backend();
  } catch (cause) {
    throw new ResidualError('backend', `tensor: backend '${best}' is not ready; await ready() before the first op`, {
      cause,
    });
  }
  return tf.engine().backendName;
}

/** Waits until a backend is ready and gives its name: the active one, else the best of those imported that starts. */
export async function ready(): Promise<string> {
  if (!tf.engine().backendName && registeredBackends().length === 0) return requireBackend();
  await tf.ready();
  return tf.getBackend();
}

/** Makes the backend `name` the active one and waits until it is ready. Errors when it was not imported or does not start here. */
export async function useBackend(name: string): Promise<void> {
  const known = registeredBackends();
  if (!known.includes(name)) {
    throw new ResidualError(
      'backend',
      `useBackend: '${name}' is not registered; import '@residual/backend-${name}' first (registered: ${known.join(', ') || 'none'})`,
    );
  }
  if (!(await tf.setBackend(name))) {
    throw new ResidualError('backend', `useBackend: '${name}' does not start on this machine`);
  }
}

/** The backend that holds a tensor's data. */
export function backendOf(x: { dataId: object }): string {
  const { tensorInfo } = (tf.engine() as unknown as Engine).state;
  const backend = tensorInfo.get(x.dataId)?.backend;
  return Object.entries(tf.engine().registry).find(([, instance]) => instance === backend)?.[0] ?? 'none';
}

interface Engine {
  state: { tensorInfo: WeakMap<object, { backend: unknown }> };
}

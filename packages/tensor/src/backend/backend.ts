import * as tf from '@tensorflow/tfjs-core';
import { ResidualError } from '../errors.js';

/** Names of the imported backends, by priority. */
export function registeredBackends(): string[] {
  return Object.entries(tf.engine().registryFactory)
    .sort(([, a], [, b]) => b.priority - a.priority)
    .map(([name]) => name);
}

/**
 * The name of the active backend; starts one if that is possible synchronously. Errors if none was imported or it is
 * still starting.
 */
export function requireBackend(): string {
  return activeBackend() ?? startBest();
}

/** The name of the active backend if it is ready. */
function activeBackend(): string | undefined {
  const { backendName, registry } = tf.engine();
  return backendName && registry[backendName] ? backendName : undefined;
}

/**
 * Waits for a backend and returns its name: the active one, or else the first imported one that starts, by priority.
 * Errors if none starts.
 */
export async function ready(): Promise<string> {
  const registered = registeredBackends();
  if (registered.length === 0) throw noBackend();
  try {
    await tf.ready(); // a backend that an op has begun to start
    const startedName = registered.find(name => tf.engine().registry[name]);
    if (!activeBackend() && startedName) await tf.setBackend(startedName);
    await tf.ready(); // otherwise tries all of them, by priority
  } catch (cause) {
    throw doesNotStart(registered, cause);
  }
  return requireBackend();
}

/**
 * Activates the backend `name` and waits until it is ready. Errors if it was not imported, or with the reason why it
 * does not start.
 */
export async function useBackend(name: string): Promise<void> {
  const registered = registeredBackends();
  if (!registered.includes(name)) {
    throw new ResidualError(
      'backend',
      `useBackend: '${name}' is not registered; import '@residual/backend-${name}' first (registered: ` +
        `${registered.join(', ') || 'none'})`,
    );
  }
  const previous = activeBackend();
  const failure = await startError(name);
  if (!failure) return;
  if (previous) await tf.setBackend(previous);
  const reason = failure.cause instanceof Error ? `: ${failure.cause.message}` : '';
  throw new ResidualError('backend', `useBackend: '${name}' does not start on this machine${reason}`, failure);
}

/** Starts a backend and returns the error, if any, which tfjs only prints. */
async function startError(name: string): Promise<{ cause: unknown } | undefined> {
  const entry = tf.engine().registryFactory[name]!;
  const { factory } = entry;
  let cause: unknown;
  const rethrow = (error: unknown): never => {
    cause = error;
    throw error;
  };
  entry.factory = () => {
    try {
      const instance = factory();
      return instance instanceof Promise ? instance.catch(rethrow) : instance;
    } catch (error) {
      return rethrow(error);
    }
  };
  try {
    return (await tf.setBackend(name)) ? undefined : { cause };
  } finally {
    entry.factory = factory;
  }
}

/** The name of the backend that holds the data of a tensor; 'none' if it was disposed. */
export function backendOf(x: { dataId: object }): string {
  const backend = tf.engine().state.tensorInfo.get(x.dataId)?.backend;
  return Object.entries(tf.engine().registry).find(([, instance]) => instance === backend)?.[0] ?? 'none';
}

/**
 * Whether the active backend computes in 16-bit floats, as WebGL does on some phones; numbers beyond ±65504 overflow.
 */
export function isHalfPrecision(): boolean {
  return tf.engine().backendName === 'webgl' && !tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED');
}

function startBest(): string {
  const registered = registeredBackends();
  if (registered.length === 0) throw noBackend();
  const { backendName } = tf.engine();
  try {
    tf.backend();
  } catch (cause) {
    if (!isStarting()) throw doesNotStart(registered, cause);
    throw new ResidualError(
      'backend',
      `tensor: backend '${backendName || registered[0]}' is not ready; await ready() before the first op`,
      { cause },
    );
  }
  return tf.engine().backendName;
}

function isStarting(): boolean {
  return Boolean((tf.engine() as unknown as { pendingBackendInit: unknown }).pendingBackendInit);
}

function noBackend(): ResidualError {
  return new ResidualError(
    'backend',
    "tensor: no backend is registered; import '@residual/backend-webgl' (or wasm, webgpu, cpu)",
  );
}

function doesNotStart(registered: readonly string[], cause: unknown): ResidualError {
  return new ResidualError(
    'backend',
    `tensor: no backend starts on this machine (registered: ${registered.join(', ')})`,
    {
      cause,
    },
  );
}

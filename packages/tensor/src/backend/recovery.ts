import * as tf from '@tensorflow/tfjs-core';

/** How to restart a backend that can lose all its tensors, as a page can lose its WebGL context. */
export interface Recovery {
  /** Whether the backend has lost its tensors. */
  readonly isLost: () => boolean;
  /** Restarts the backend and activates it; its tensors stay lost. */
  readonly recover: () => Promise<void>;
}

const recoveries: Map<string, Recovery> = /*#__PURE__*/ new Map();

/** Registers the recovery of a backend; for backend packages. */
export function registerRecovery(backend: string, recovery: Recovery): void {
  recoveries.set(backend, recovery);
}

/**
 * The recovery of the active backend if it has lost its tensors, undefined otherwise. The owner of weights creates them
 * again afterwards.
 */
export function recoveryIfLost(): Recovery | undefined {
  const recovery = recoveries.get(tf.getBackend());
  return recovery?.isLost() ? recovery : undefined;
}

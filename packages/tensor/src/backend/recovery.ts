import * as tf from '@tensorflow/tfjs-core';

/** How a backend that can lose everything at once, as a page loses its WebGL context, is started anew. */
export interface Recovery {
  readonly isLost: () => boolean;
  /** Starts it again and makes it the active one; what was on it stays lost. */
  readonly recover: () => Promise<void>;
}

const recoveries: Map<string, Recovery> = /*#__PURE__*/ new Map();

/** Called by the package of a backend: how to recover it. */
export function registerRecovery(backend: string, recovery: Recovery): void {
  recoveries.set(backend, recovery);
}

/** The way back if the active backend has lost its tensors; undefined while all is well. Whoever owns weights makes them again afterwards. */
export function recoveryIfLost(): Recovery | undefined {
  const recovery = recoveries.get(tf.getBackend());
  return recovery?.isLost() ? recovery : undefined;
}

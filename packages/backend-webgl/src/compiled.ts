import * as tf from '@tensorflow/tfjs-core';

/** How many programs the WebGL backend has compiled so far; a step that compiles none runs at full speed. 0 before it starts. */
export function compiledPrograms(): number {
  const backend = tf.engine().registry.webgl as unknown as { binaryCache: object } | undefined; // tfjs types it private
  return backend ? Object.keys(backend.binaryCache).length : 0;
}

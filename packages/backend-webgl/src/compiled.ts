import * as tf from '@tensorflow/tfjs-core';

/**
 * The number of programs that the WebGL backend has compiled so far; 0 before it starts. A step that compiles none runs
 * at full speed.
 */
export function compiledPrograms(): number {
  // Private in the types of tfjs.
  const backend = tf.engine().registry.webgl as unknown as { binaryCache: object } | undefined;
  return backend ? Object.keys(backend.binaryCache).length : 0;
}

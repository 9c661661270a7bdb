import * as tf from '@tensorflow/tfjs-core';

/** How many programs the WebGPU backend has compiled so far; a step that compiles none runs at full speed. 0 before it starts. */
export function compiledPrograms(): number {
  const backend = tf.engine().registry.webgpu as unknown as { pipelineCache: object } | undefined; // tfjs types it private
  return backend ? Object.keys(backend.pipelineCache).length : 0;
}

import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The number of programs that the WebGPU backend has compiled so far; 0 before it starts. A step that compiles none
 * runs at full speed.
 */
export function compiledPrograms(): number {
  const backend = tf.engine().registry.webgpu as WebGPUBackend | undefined;
  return new Set(backend && Object.values(programsOf(backend))).size; // several keys may have one program
}

/** The compiled programs of a backend by key. */
export function programsOf(backend: WebGPUBackend): Record<string, unknown> {
  // Private in the types of tfjs.
  return (backend as unknown as { pipelineCache: Record<string, unknown> }).pipelineCache;
}

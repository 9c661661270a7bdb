import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';

/** How many programs the WebGPU backend has compiled so far; a step that compiles none runs at full speed. 0 before it starts. */
export function compiledPrograms(): number {
  const backend = tf.engine().registry.webgpu as WebGPUBackend | undefined;
  return new Set(backend && Object.values(programsOf(backend))).size; // two keys may lead to one program
}

/** The programs that a backend has compiled, by their keys. */
export function programsOf(backend: WebGPUBackend): Record<string, unknown> {
  return (backend as unknown as { pipelineCache: Record<string, unknown> }).pipelineCache; // tfjs types it private
}

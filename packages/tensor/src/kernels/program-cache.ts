import * as tf from '@tensorflow/tfjs-core';

/** The members in which the GPU backends of tfjs keep their programs; private in their types. */
interface ProgramCaches {
  readonly binaryCache?: Record<string, unknown>;
  readonly pipelineCache?: Record<string, unknown>;
}

/**
 * The compiled programs of a GPU backend of tfjs by key; empty without one. A backend compiles a program again after
 * its entry was deleted.
 */
export function programCache(backend: object | undefined): Record<string, unknown> {
  const { binaryCache, pipelineCache } = (backend ?? {}) as ProgramCaches;
  return binaryCache ?? pipelineCache ?? {};
}

/** The number of programs that a GPU backend has compiled; 0 before it starts. Several keys may share a program. */
export function countPrograms(backendName: string): number {
  return new Set(Object.values(programCache(tf.engine().registry[backendName]))).size;
}

import { requireBackend } from '@residual/tensor';
import { engine } from '@tensorflow/tfjs-core';

const caches: Readonly<Record<string, string>> = { webgl: 'binaryCache', webgpu: 'pipelineCache' };

/**
 * Clears the program cache of the active GPU backend, so that the counts of a test file do not depend on earlier files.
 */
export function clearPrograms(): void {
  const name = requireBackend();
  Object.assign(engine().registry[name] as object, { [caches[name]!]: {} });
}

import { requireBackend } from '@residual/tensor';
import { programCache } from '@residual/tensor/kernels';
import { engine } from '@tensorflow/tfjs-core';

/**
 * Clears the program cache of the active GPU backend, so that the counts of a test file do not depend on earlier files.
 */
export function clearPrograms(): void {
  const programs = programCache(engine().registry[requireBackend()]);
  for (const key of Object.keys(programs)) delete programs[key];
}

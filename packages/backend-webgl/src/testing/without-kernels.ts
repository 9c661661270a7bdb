import { requireBackend } from '@residual/tensor';
import { getKernelsForBackend, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';

/** Runs the body without the kernels of the active backend for our ops, so that their compositions run. */
export function withoutKernels<Result>(body: () => Result): Result {
  const backend = requireBackend();
  const ours = getKernelsForBackend(backend).filter(({ kernelName }) => kernelName.startsWith('residual.'));
  for (const { kernelName } of ours) unregisterKernel(kernelName, backend);
  try {
    return body();
  } finally {
    for (const kernel of ours) registerKernel(kernel);
  }
}

import * as tf from '@tensorflow/tfjs-core';

/** Registers kernels for a backend, each under the name of its op; existing kernels stay. For backend packages. */
export function registerKernels(backendName: string, kernels: Readonly<Record<string, tf.KernelFunc>>): void {
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    if (!tf.getKernel(kernelName, backendName)) tf.registerKernel({ kernelName, backendName, kernelFunc });
  }
}

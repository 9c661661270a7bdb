import * as tf from '@tensorflow/tfjs-core';
import { registerKernels } from './register-kernels.js';

/** A function that a backend may have beside its kernels. */
export interface BackendFunction<Func> {
  /** Gives a backend its function; an existing one stays. */
  register(backendName: string, func: Func): void;
  /** The function of a backend, if it has one. */
  of(backendName: string): Func | undefined;
}

/** tfjs keeps them among its kernels, so that copies of this package in other bundles of a server share them. */
export const backendFunction = <Func>(kernelName: string): BackendFunction<Func> => ({
  register: (backendName, func) => registerKernels(backendName, { [kernelName]: func as unknown as tf.KernelFunc }),
  of: backendName => tf.getKernel(kernelName, backendName)?.kernelFunc as unknown as Func | undefined,
});

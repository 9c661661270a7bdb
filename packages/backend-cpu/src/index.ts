import { registerKernels } from '@residual/tensor';
import { kernelFuncs } from '@residual/tensor/kernels';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { pack } from './pack.js';
import { unpack } from './unpack.js';

/** tfjs's backend, without the advertisement that it prints in Node when it makes its first tensor. */
class QuietBackend extends MathBackendCPU {
  constructor() {
    super();
    Object.assign(this, { firstUse: false }); // tfjs types it private
  }
}

if (!('cpu' in tf.engine().registry)) {
  tf.removeBackend('cpu');
  tf.registerBackend('cpu', () => new QuietBackend(), 1);
} // else tensors lie on it already

registerKernels('cpu', kernelFuncs<MathBackendCPU>({ pack, unpack }));

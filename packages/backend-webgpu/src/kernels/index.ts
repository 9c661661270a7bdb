import { activationKernels, kernelFuncs, normKernels } from '@residual/tensor/kernels';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { KernelFunc } from '@tensorflow/tfjs-core';
import { activate } from './activation.js';
import { appendToCache } from './append-to-cache.js';
import { attend, packedAttend } from './attend.js';
import { pack, resizeCache, unpackCache } from './cache.js';
import { cast } from './cast.js';
import { crossEntropy, crossEntropyGradient } from './cross-entropy.js';
import { dropout } from './dropout.js';
import { embed } from './embed.js';
import { expertLinear, packedExpertLinear } from './expert-linear.js';
import { linear } from './linear.js';
import { matMul } from './mat-mul.js';
import { normalize } from './norm.js';
import { unpack } from './packed.js';
import { packedLinear, packedLinearGradient } from './packed-linear.js';
import { rotate } from './rotate.js';

/** Our kernels by the name of their op. */
export const kernels: Readonly<Record<string, KernelFunc>> = /*#__PURE__*/ kernelFuncs<WebGPUBackend>({
  ...activationKernels(activate),
  ...normKernels(normalize),
  appendToCache,
  attend,
  cast,
  crossEntropy,
  crossEntropyGradient,
  dropout,
  embed,
  expertLinear,
  linear,
  matMul,
  pack,
  packedAttend,
  packedExpertLinear,
  packedLinear,
  packedLinearGradient,
  resizeCache,
  rotate,
  unpack,
  unpackCache,
});

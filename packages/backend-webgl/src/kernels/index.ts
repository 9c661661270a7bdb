import { activationKernels, kernelFuncs, normKernels } from '@residual/tensor/kernels';
import type { KernelFunc } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from '../backend.js';
import { activate } from './activation.js';
import { appendToCache } from './append-to-cache.js';
import { attend, packedAttend } from './attend.js';
import { appendToPackedCache, pack, resizeCache, unpackCache } from './cache.js';
import { crossEntropy, crossEntropyGradient } from './cross-entropy.js';
import { dropout } from './dropout.js';
import { embed } from './embed.js';
import { linear } from './linear.js';
import { normalize } from './norm.js';
import { unpack } from './packed.js';
import { packedLinear, packedLinearGradient } from './packed-linear.js';
import { reshape } from './reshape.js';
import { rotate } from './rotate.js';

/** Our kernels by the name of their op. */
export const kernels: Readonly<Record<string, KernelFunc>> = /*#__PURE__*/ kernelFuncs<WebGLBackend>({
  ...activationKernels(activate),
  ...normKernels(normalize),
  appendToCache,
  appendToPackedCache,
  attend,
  crossEntropy,
  crossEntropyGradient,
  dropout,
  embed,
  linear,
  packedAttend,
  packedLinear,
  packedLinearGradient,
  pack,
  reshape,
  resizeCache,
  rotate,
  unpack,
  unpackCache,
});

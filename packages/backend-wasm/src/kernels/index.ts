import { activationKernels, kernelFuncs, normKernels } from '@residual/tensor/kernels';
import type { KernelFunc } from '@tensorflow/tfjs-core';
import { activate, activationGradient } from './activation.js';
import { affine } from './affine.js';
import { attend, packedAttend } from './attend.js';
import { binaryKernels } from './binary.js';
import { appendToCache, appendToPackedCache, pack, unpackCache } from './cache.js';
import { convolution, convolutionInputGradient, convolutionWeightGradient, fold, unfold } from './convolution.js';
import { crossEntropy, crossEntropyGradient } from './cross-entropy.js';
import { dropout } from './dropout.js';
import { embed, gather, scatterAdd } from './embed.js';
import {
  expertLinear,
  expertLinearGradient,
  expertLinearWeightGradient,
  packedExpertLinear,
  packedExpertLinearGradient,
} from './expert-linear.js';
import { sqrt, square, tanh } from './functions.js';
import { kernelFunc } from './kernel.js';
import { kthLargest } from './kth-largest.js';
import { linear } from './linear.js';
import { matMul } from './mat-mul.js';
import { normalize } from './norm.js';
import { adamStep, movingMean } from './optimizer.js';
import { packedLinear, unpack } from './packed.js';
import { causalConvolution, gatedDeltaRule, selectiveScan, softplus, stateSpaceDual } from './recurrence.js';
import { rotate } from './rotate.js';
import { concat, slice } from './slice.js';
import { logSumExp, softmax } from './softmax.js';
import { sum } from './sum.js';
import { takeAlong, topK } from './top-k.js';

const onHeap = /*#__PURE__*/ kernelFuncs(
  {
    ...activationKernels(activate),
    ...normKernels(normalize),
    activationGradient,
    adamStep,
    affine,
    appendToCache,
    appendToPackedCache,
    attend,
    causalConvolution,
    convolution,
    convolutionInputGradient,
    convolutionWeightGradient,
    crossEntropy,
    crossEntropyGradient,
    dropout,
    embed,
    expertLinear,
    expertLinearGradient,
    expertLinearWeightGradient,
    fold,
    gatedDeltaRule,
    gather,
    kthLargest,
    linear,
    logSumExp,
    matMul,
    movingMean,
    pack,
    packedAttend,
    packedExpertLinear,
    packedExpertLinearGradient,
    packedLinear,
    rotate,
    scatterAdd,
    selectiveScan,
    softmax,
    softplus,
    stateSpaceDual,
    sqrt,
    square,
    takeAlong,
    tanh,
    topK,
    unfold,
    unpack,
    unpackCache,
  },
  kernelFunc,
);

/** Our kernels by the name of their op. */
export const kernels: Readonly<Record<string, KernelFunc>> = {
  ...onHeap,
  ...binaryKernels,
  'residual.concat': concat,
  'residual.slice': slice,
  'residual.sum': sum,
};

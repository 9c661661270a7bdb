import type { KernelFunc } from '@tensorflow/tfjs-core';
import { gated, gelu, silu } from './activation.js';
import { appendToCache } from './append-to-cache.js';
import { attend } from './attend.js';
import { add, affine, dropout } from './elementwise.js';
import { embed, gather, scatterAdd } from './embed.js';
import { kernel } from './kernel.js';
import { linear } from './linear.js';
import { matMul } from './mat-mul.js';
import { layerNorm, rmsNorm } from './norm.js';
import { rotate } from './rotate.js';
import { crossEntropy, crossEntropyGradient, logSumExp, softmax } from './softmax.js';

/** Our kernels by the name of their op. */
export const kernels: Readonly<Record<string, KernelFunc>> = {
  'residual.add': add,
  'residual.affine': /*#__PURE__*/ kernel(affine),
  'residual.appendToCache': /*#__PURE__*/ kernel(appendToCache),
  'residual.attend': /*#__PURE__*/ kernel(attend),
  'residual.crossEntropy': /*#__PURE__*/ kernel(crossEntropy),
  'residual.crossEntropyGradient': /*#__PURE__*/ kernel(crossEntropyGradient),
  'residual.dropout': /*#__PURE__*/ kernel(dropout),
  'residual.embed': /*#__PURE__*/ kernel(embed),
  'residual.gather': /*#__PURE__*/ kernel(gather),
  'residual.gated': /*#__PURE__*/ kernel(gated),
  'residual.gelu': /*#__PURE__*/ kernel(gelu),
  'residual.layerNorm': /*#__PURE__*/ kernel(layerNorm),
  'residual.linear': /*#__PURE__*/ kernel(linear),
  'residual.logSumExp': /*#__PURE__*/ kernel(logSumExp),
  'residual.matMul': /*#__PURE__*/ kernel(matMul),
  'residual.rmsNorm': /*#__PURE__*/ kernel(rmsNorm),
  'residual.rotate': /*#__PURE__*/ kernel(rotate),
  'residual.scatterAdd': /*#__PURE__*/ kernel(scatterAdd),
  'residual.silu': /*#__PURE__*/ kernel(silu),
  'residual.softmax': /*#__PURE__*/ kernel(softmax),
};

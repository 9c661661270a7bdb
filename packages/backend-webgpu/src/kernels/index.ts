import type { KernelFunc } from '@tensorflow/tfjs-core';
import { gated, gelu, silu } from './activation.js';
import { appendToCache } from './append-to-cache.js';
import { attend } from './attend.js';
import { cast } from './cast.js';
import { crossEntropy, crossEntropyGradient } from './cross-entropy.js';
import { dropout } from './dropout.js';
import { embed } from './embed.js';
import { kernel } from './kernel.js';
import { linear } from './linear.js';
import { layerNorm, rmsNorm } from './norm.js';
import { rotate } from './rotate.js';

/** Our kernels by the name of their op. */
export const kernels: Readonly<Record<string, KernelFunc>> = {
  'residual.appendToCache': /*#__PURE__*/ kernel(appendToCache),
  'residual.attend': /*#__PURE__*/ kernel(attend),
  'residual.cast': /*#__PURE__*/ kernel(cast),
  'residual.crossEntropy': /*#__PURE__*/ kernel(crossEntropy),
  'residual.crossEntropyGradient': /*#__PURE__*/ kernel(crossEntropyGradient),
  'residual.dropout': /*#__PURE__*/ kernel(dropout),
  'residual.embed': /*#__PURE__*/ kernel(embed),
  'residual.gated': /*#__PURE__*/ kernel(gated),
  'residual.gelu': /*#__PURE__*/ kernel(gelu),
  'residual.layerNorm': /*#__PURE__*/ kernel(layerNorm),
  'residual.linear': /*#__PURE__*/ kernel(linear),
  'residual.rmsNorm': /*#__PURE__*/ kernel(rmsNorm),
  'residual.rotate': /*#__PURE__*/ kernel(rotate),
  'residual.silu': /*#__PURE__*/ kernel(silu),
};

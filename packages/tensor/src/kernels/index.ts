export { groupSize } from '@residual/number-formats';
export { rowWords } from '../nn/cache-form.js';
export type { Window as ConvolutionWindow } from '../nn/convolution/window.js';
export { dropoutParameters } from '../nn/dropout.js';
export { outOfRange } from '../nn/out-of-range.js';
export { groupsOf, hasScales, quantWords, scaleWords } from '../nn/packed/forms.js';
export { presentInputs } from '../ops/op.js';
export { sizeOf } from '../shape.js';
export { type ActivationKernel, activationKernels } from './activation-kernels.js';
export { type AttentionDims, attentionDims, biasStrides } from './dims.js';
export { type AnyKernel, type Kernel, type Kernels, kernelFuncs, sharedHandle } from './kernel.js';
export { type NormInputs, type NormKernel, normKernels } from './norm-kernels.js';
export type { KernelOps } from './ops.js';
export { countPrograms, programCache } from './program-cache.js';
export {
  floatLiteral,
  geluExponentCode,
  hash32Code,
  normalTailCode,
  type ShaderPass,
  tanhCode,
} from './shader.js';

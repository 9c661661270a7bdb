export {
  type AnyActivation,
  type CausalConvolution,
  type CausalConvolutionOptions,
  causalConvolution,
} from './causal-convolution.js';
export { type GatedDelta, type GatedDeltaNeeds, type GatedDeltaOptions, gatedDelta } from './gated-delta.js';
export {
  type GatedInput,
  type GatedNorm,
  type GatedNormLayer,
  type GatedNormParts,
  type GroupedRmsNorm,
  type GroupedRmsNormOptions,
  gateThenNorm,
  groupedRmsNorm,
  normThenGate,
} from './gated-norm.js';
export {
  type SelectiveStateSpace,
  type SelectiveStateSpaceNeeds,
  type SelectiveStateSpaceOptions,
  selectiveStateSpace,
} from './selective-state-space.js';
export { type ShortConvolution, type ShortConvolutionOptions, shortConvolution } from './short-convolution.js';
export {
  type StateSpaceDual,
  type StateSpaceDualNeeds,
  type StateSpaceDualOptions,
  stateSpaceDual,
} from './state-space-dual.js';

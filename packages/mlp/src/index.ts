export { type AnyActivation, applyGate } from './activate.js';
export { type ClampedExpertsOptions, clampedExperts } from './experts/clamped.js';
export { type ExpertLinear, type ExpertLinearOptions, expertLinear } from './experts/expert-linear.js';
export { type GatedExperts, gatedExperts, type PlainExperts, plainExperts } from './experts/experts.js';
export type { Experts, ExpertsInput, ExpertsOptions } from './experts/interface.js';
export { type MixtureOfExperts, type MixtureOptions, mixtureOfExperts } from './experts/mixture.js';
export type { ExpertGroups } from './experts/routers/choose.js';
export type { Router, RouterOptions, Routing } from './experts/routers/router.js';
export { type SigmoidRouterOptions, sigmoidInputRouter, sigmoidRouter } from './experts/routers/sigmoid.js';
export {
  type SoftmaxRouterOptions,
  softmaxRouter,
  type TopKSoftmaxRouterOptions,
  topKSoftmaxRouter,
} from './experts/routers/softmax.js';
export { type SparseMixerOptions, sparseMixer } from './experts/routers/sparse-mixer.js';
export { type SigmoidGated, type SigmoidGatedOptions, sigmoidGated } from './experts/sigmoid-gated.js';
export { type GatedMlp, type GatedMlpNeeds, gatedMlp } from './gated.js';
export { type GaussianTopKOptions, gaussianTopK } from './gaussian-top-k.js';
export type { MlpOptions } from './options.js';
export { type Mlp, type MlpNeeds, mlp } from './plain.js';
export { type Xielu, type XieluOptions, xielu } from './xielu.js';

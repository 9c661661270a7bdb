export type { AttentionOptions } from './attend-heads.js';
export { beamIndices, Cache, type CacheOptions, cache } from './cache.js';
export { type CachedStateLayout, CachedStates, type KeysAndValues } from './cached-states.js';
export {
  type CrossAttention,
  type CrossAttentionInputs,
  type CrossAttentionNeeds,
  type CrossAttentionOptions,
  crossAttention,
} from './cross-attention.js';
export {
  type DifferentialAttention,
  type DifferentialAttentionNeeds,
  type DifferentialAttentionOptions,
  differentialAttention,
} from './differential.js';
export {
  type DisentangledAttention,
  type DisentangledAttentionNeeds,
  type DisentangledAttentionOptions,
  type DisentangledTerm,
  disentangledAttention,
} from './disentangled-attention.js';
export {
  type DisentangledPositions,
  type DisentangledPositionsOptions,
  disentangledPositions,
  distanceRow,
  type RelativeVectors,
  relativeVectors,
} from './disentangled-positions.js';
export { eachSequence, ownScope, type SequenceScope, sequenceScopes } from './each-sequence.js';
export { type GatedBiasAttention, type GatedBiasNeeds, type GatedBiasParts, gatedBiasAttention } from './gated-bias.js';
export { type HeadDims, joinHeads, splitHeads } from './heads.js';
export {
  type KeyReadingAttention,
  type KeyReadingInputs,
  type KeyReadingNeeds,
  type KeyReadingOptions,
  keyReadingAttention,
  keySource,
} from './key-reading-attention.js';
export {
  type LatentAttention,
  type LatentAttentionNeeds,
  type LatentAttentionOptions,
  latentAttention,
} from './latent-attention.js';
export {
  fuseValueUp,
  type LowRankValueAttention,
  type LowRankValueNeeds,
  type LowRankValueOptions,
  lowRankValueAttention,
} from './low-rank-value.js';
export {
  causal,
  chunks,
  combineMasks,
  keyRange,
  type Mask,
  memoryMask,
  padding,
  sharedBias,
  slidingWindow,
} from './mask.js';
export type { BiasOptions } from './projections.js';
export {
  type AttendedWithKeys,
  type AttentionNeeds,
  type KeyGivingAttention,
  keyGivingAttention,
  type SelfAttention,
  type SelfAttentionOptions,
  selfAttention,
} from './self-attention.js';

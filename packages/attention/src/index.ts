export { Cache, type CacheOptions, type CachePaths, cache, type KeysAndValues } from './cache.js';
export {
  type CrossAttention,
  type CrossAttentionNeeds,
  type CrossAttentionOptions,
  crossAttention,
  type WithMemory,
} from './cross-attention.js';
export { joinHeads, splitHeads } from './heads.js';
export type { LookOptions } from './look.js';
export {
  fuseValueUp,
  type LowRankValueAttention,
  type LowRankValueNeeds,
  type LowRankValueOptions,
  lowRankValueAttention,
} from './low-rank-value.js';
export { both, causal, extent, type Mask, memoryExtent, padding, sharedBias, slidingWindow } from './mask.js';
export type { BiasOptions } from './projections.js';
export { type AttentionNeeds, type SelfAttention, type SelfAttentionOptions, selfAttention } from './self-attention.js';

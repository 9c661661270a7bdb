export { Cache, cache, type KeysAndValues } from './cache.js';
export { type CrossAttention, type CrossAttentionOptions, crossAttention } from './cross-attention.js';
export { joinHeads, splitHeads } from './heads.js';
export {
  fuseValueUp,
  type LowRankValueAttention,
  type LowRankValueNeeds,
  type LowRankValueOptions,
  lowRankValueAttention,
} from './low-rank-value.js';
export { both, causal, extent, type Mask, memoryExtent, slidingWindow } from './mask.js';
export type { LookOptions } from './mix.js';
export { type AttentionNeeds, type SelfAttention, type SelfAttentionOptions, selfAttention } from './self-attention.js';

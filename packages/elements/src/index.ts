export {
  type AttentionElement,
  type AttentionOptions,
  type AttentionWeights,
  type CellDetail,
  defineAttention,
} from './attention.js';
export { type Bar, type BarsElement, defineBars } from './bars.js';
export { defineElements } from './define.js';
export { defineHeads, type HeadDetail, type HeadsElement } from './heads.js';
export { defineTokens, type ShownToken, type TokenDetail, type TokensElement } from './tokens.js';

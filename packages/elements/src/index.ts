export {
  type AttentionElement,
  type AttentionWeights,
  type CellDetail,
  defineAttention,
} from './attention.js';
export { type Bar, type BarsElement, defineBars } from './bars.js';
export { defineElements } from './define.js';
export { defineTokens, type ShownToken, type TokenDetail, type TokensElement } from './tokens.js';

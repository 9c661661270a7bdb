export { ResidualError } from '@residual/base';
export { type ByteLevelOptions, ByteLevelTokenizer, byteLevelTokenizer } from './byte-level-tokenizer.js';

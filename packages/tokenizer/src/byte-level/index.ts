export { ResidualError, type TokenizerErrorCode } from '../errors.js';
export { type ByteLevelOptions, ByteLevelTokenizer, byteLevelTokenizer } from './byte-level-tokenizer.js';

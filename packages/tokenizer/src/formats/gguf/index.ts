export { tokenizerFromGguf } from './from-gguf.js';
export type { GgufMetadata, GgufTokenizerEntries, GgufTokenizerEntry } from './metadata.js';
export { type TokenizerToGgufOptions, tokenizerToGguf } from './to-gguf.js';

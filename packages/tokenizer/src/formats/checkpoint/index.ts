export { type OpenOptions, openTokenizer } from './open-tokenizer.js';
export type { ReadFile } from './settings.js';
export { detectFormat, type FileFormat, type FileOptions, tokenizerFromFile } from './tokenizer-from-file.js';

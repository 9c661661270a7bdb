export type { ReadFile } from './checkpoint-files.js';
export { type OpenOptions, openTokenizer } from './open-tokenizer.js';
export { type FileKind, type FileOptions, kindOfFile, tokenizerFromFile } from './tokenizer-from-file.js';

export { sentencePieceTokenizer } from './sentence-piece-tokenizer.js';

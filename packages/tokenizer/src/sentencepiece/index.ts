export { sentencePieceTokenizer } from './sentence-piece.js';

/** Shared helpers of tests: fixtures in Node and browsers, and matchers for closeness and memory. */

export { byteTokenizerJson } from './byte-tokenizer.js';
export { expectClose, type Nested, type Numbers, type TensorLike, type Tolerance } from './expect-close.js';
export { expectNoLeak } from './expect-no-leak.js';
export { fixture, fixtureJson, repositoryFile } from './fixture.js';
export {
  addRows,
  attendRows,
  gelu64,
  geluTanh64,
  headRows,
  layerNormRows,
  linearRows,
  nest,
  nestedOf,
  type Row,
  type Rows,
  rmsNormRows,
  silu64,
  softmaxRow,
} from './float64.js';
export { smallBertConfig, wordPieceJson, wordPieceWords } from './word-piece.js';

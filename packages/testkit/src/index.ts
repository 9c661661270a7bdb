/** What tests share: fixtures in Node and in browsers, one matcher for closeness, one for memory. */
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

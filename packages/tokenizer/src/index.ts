export { ResidualError } from '@residual/base';
export { allComponents } from './all-components.js';
export { byteLevelComponents } from './byte-level-components.js';
export type { Components, Reader, Readers } from './components.js';
export { Encoding, type Offset } from './encoding.js';
export { type LoadOptions, loadTokenizer, tokenizerFromJson } from './load.js';
export type { Padding } from './padding.js';
export { type SaveOptions, saveTokenizer } from './saving/save.js';
export { type EncodeStream, type EncodeStreamOptions, encodeStream } from './streaming/encode-stream.js';
export {
  type BatchOptions,
  type DecodeOptions,
  type DecodeStream,
  type EncodeOptions,
  Tokenizer,
} from './tokenizer.js';
export type { Truncation } from './truncation.js';

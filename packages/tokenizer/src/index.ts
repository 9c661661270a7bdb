export { ResidualError } from '@residual/base';
export type { ComponentTypes, TokenizerDescription } from './description.js';
export { Encoding, type Offset } from './encoding.js';
export { allComponents } from './formats/json/all-components.js';
export { byteLevelComponents } from './formats/json/byte-level-components.js';
export type { ComponentReader, ComponentReaders, ComponentRegistry } from './formats/json/components.js';
export { type LoadOptions, loadTokenizer, tokenizerFromJson } from './formats/json/load.js';
export { type SaveOptions, saveTokenizer } from './formats/json/save.js';
export type { EncodingPath } from './pipeline.js';
export type { Padding } from './post-processors/padding.js';
export type { Truncation } from './post-processors/truncation.js';
export { type EncodeStream, type EncodeStreamOptions, encodeStream } from './streaming/encode-stream.js';
export {
  type BatchOptions,
  type DecodeOptions,
  type DecodeStream,
  type EncodeOptions,
  Tokenizer,
} from './tokenizer.js';

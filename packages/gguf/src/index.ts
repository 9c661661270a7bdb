export { ResidualError } from '@residual/base';
export { canDecode, decodeBlocks } from './blocks/decode.js';
export { type EncodableType, encodeBlocks } from './blocks/encode.js';
export type { GgufErrorKind } from './errors.js';
export type { TensorInfo } from './header.js';
export type { MetadataValue, NumberType } from './metadata.js';
export { type Gguf, openGguf } from './open.js';
export { type TensorType, type TypeInfo, typeOfName } from './types.js';
export { type GgufContents, type GgufTensor, streamGguf, writeGguf } from './write.js';

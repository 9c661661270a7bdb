export {
  configFromGguf,
  familyOfGguf,
  type GgufConfigOptions,
  type GgufFamily,
  type GgufHeader,
  isGgufFamily,
} from './from-gguf.js';
export { ggufLayout, interleavedHeads, interleavedRow } from './layout.js';
export type { GgufEntry, GgufMetadata } from './metadata.js';
export { ropeFactorsName } from './rope.js';
export {
  blockPaths,
  decoderMappings,
  type GgufField,
  type GgufPresence,
  type GgufTable,
  type GgufType,
  tensorMappings,
} from './table.js';
export { type GgufModel, type GgufTensorSource, modelToGguf } from './to-gguf.js';

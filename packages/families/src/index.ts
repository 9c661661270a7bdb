export { bart } from './bart.js';
export {
  fromCheckpoint,
  tensorSlices,
  toCheckpoint,
  withComputedTensors,
} from './checkpoint-names.js';
export { type CheckpointComposition, composeCheckpoint } from './compose-checkpoint.js';
export { type Config, ConfigReader } from './config.js';
export { configText, updateConfigText } from './config-text.js';
export {
  type DecoderSizes,
  type EncoderDecoderSizes,
  gpt2Config,
  type LlamaSizes,
  llamaConfig,
  type MarianSizes,
  marianConfig,
  type SpecialTokenIds,
  type T5Sizes,
  t5Config,
} from './default-configs.js';
export type {
  Buffer,
  CausalComposition,
  ComposeOptions,
  Composition,
  Difference,
  Family,
  PositionTable,
  SequenceToSequenceComposition,
  WeightMapping,
} from './family.js';
export * from './gguf/index.js';
export { gpt2 } from './gpt2.js';
export { llama } from './llama.js';
export { m2m100 } from './m2m100.js';
export { marian } from './marian.js';
export { mbart } from './mbart.js';
export { pegasus } from './pegasus.js';
export { families, familyOf } from './registry.js';
export { rotaryFromConfig } from './rope.js';
export type { StandardBlock, StandardCrossBlock, StandardEncoderDecoder, StandardLanguageModel } from './standard.js';
export type { StoredArrays } from './stored-arrays.js';
export { mt5, t5 } from './t5.js';
export type { TensorSlice } from './tensor-slice.js';

export {
  type Block,
  type BlockNeeds,
  type BlockParts,
  type Part,
  parallelBlock,
  postNormBlock,
  transformerBlock,
} from './block.js';
export {
  type CrossBlock,
  type CrossBlockNeeds,
  type CrossBlockParts,
  type CrossPart,
  crossBlock,
  postNormCrossBlock,
} from './cross-block.js';
export {
  type Decoding,
  type EncoderDecoder,
  type EncoderDecoderNeeds,
  type EncoderDecoderParts,
  encoderDecoder,
  type SourceAndTarget,
  type TargetNeeds,
  type TargetParts,
} from './encoder-decoder.js';
export type { DirectionOptions } from './expect-causal.js';
export type { HeadParts, HeadWeights } from './head.js';
export { type HeadReader, type HeadTree, headReader } from './head-reader.js';
export type { InputNeeds, InputParts } from './input.js';
export {
  type LanguageModel,
  type LanguageModelNeeds,
  type LanguageModelParts,
  languageModel,
} from './language-model.js';
export { readout } from './readout.js';
export { recomputeBlocks } from './recomputation.js';
export {
  type BlockOrList,
  type CrossStack,
  crossStack,
  type Stack,
  type StackNeeds,
  type StackOptions,
  stack,
} from './stack.js';

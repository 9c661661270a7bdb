export { type AudioModel, type AudioModelNeeds, type AudioModelParts, audioModel } from './audio/audio-model.js';
export {
  type Block,
  type BlockNeeds,
  type BlockParts,
  type LayerScaleBlockNeeds,
  type LayerScaleBlockParts,
  layerScaleBlock,
  normedResidualBlock,
  outputNormBlock,
  type PlainBlockParts,
  parallelBlock,
  postNormBlock,
  type SandwichBlockNeeds,
  type SharedNormBlockNeeds,
  sandwichBlock,
  sharedNormBlock,
  type TensorLayer,
  transformerBlock,
} from './block.js';
export { type ChunkedHead, chunkedHead, type HeadAndEmbeddingWeights } from './chunked-head.js';
export {
  type CrossBlock,
  type CrossBlockNeeds,
  type CrossBlockParts,
  type CrossLayer,
  crossBlock,
  postNormCrossBlock,
  type SandwichCrossBlockNeeds,
  sandwichCrossBlock,
} from './cross-block.js';
export {
  type DecoderInputs,
  type EncoderDecoder,
  type EncoderDecoderInputs,
  type EncoderDecoderNeeds,
  type EncoderDecoderParts,
  encoderDecoder,
  type TargetNeeds,
  type TargetParts,
} from './encoder-decoder.js';
export type { DirectionOptions } from './expect-causal.js';
export type { HeadParts, HeadWeights } from './head.js';
export {
  type ConvolutionTower,
  type ConvolutionTowerParts,
  convolutionTower,
  type ResidualConvolution,
  type ResidualConvolutionParts,
  residualConvolution,
} from './image/convolution-tower.js';
export {
  type ImageEncoderNeeds,
  type ImageEncoderParts,
  imageEncoder,
} from './image/image-encoder.js';
export { withImageHead } from './image/image-head.js';
export type { ImageInputs, ImageModel } from './image/image-model.js';
export {
  type ImageTokenizer,
  type ImageTokenizerNeeds,
  type ImageTokenizerParts,
  imageTokenizer,
  type Reconstruction,
} from './image/image-tokenizer.js';
export {
  type AttentionPooling,
  type AttentionPoolingParts,
  attentionPooling,
  type ClassAndPatchesOptions,
  classAndMeanOfPatches,
  type ImagePooling,
  meanOfPatches,
  type PatchPoolingOptions,
} from './image/pooling.js';
export {
  type ImageAndTextVectors,
  type ImagesAndTexts,
  type Tower,
  type TwoTowerModel,
  type TwoTowerNeeds,
  type TwoTowerParts,
  twoTowerModel,
} from './image/two-tower-model.js';
export type { FeatureInputNeeds, FeatureInputParts, InputNeeds, InputParts } from './input.js';
export {
  type LanguageModel,
  type LanguageModelNeeds,
  type LanguageModelParts,
  languageModel,
} from './language-model.js';
export { logitPositions } from './logit-positions.js';
export { type MixerBlock, type MixerBlockParts, mixerBlock } from './mixer-block.js';
export { recomputeBlocks, runBlock } from './recompute-blocks.js';
export {
  type BlockOrList,
  type CrossStack,
  crossStack,
  type Stack,
  type StackNeeds,
  type StackOptions,
  stack,
} from './stack.js';
export { type DisentangledStack, disentangledStack } from './text/disentangled-stack.js';
export {
  type MaskedLanguageModelNeeds,
  type MaskedLanguageModelParts,
  maskedLanguageModel,
} from './text/masked-language-model.js';
export { firstToken, lastToken, meanOfTokens, type TextPooling, tokenWithId } from './text/pooling.js';
export {
  type TextBodyNeeds,
  type TextDecoderParts,
  type TextEncoderParts,
  type TextInputParts,
  type TextInputs,
  type TextModel,
  textDecoder,
  textEncoder,
} from './text/text-model.js';
export { textIds, withHead } from './text/with-head.js';
export { tokenIds } from './token-ids.js';

export { type CreateModelOptions, createModel } from './create-model.js';
export type { Step } from './generate.js';
export { draws, type GenerateOptions, type GenerationConfig } from './generate-options.js';
export type { Generation } from './generation.js';
export { causalOf, encoderDecoderOf, type OfSomeKind, type Running } from './kinds.js';
export { describeSource, type LoadModelOptions, type LoadProgress, loadModel } from './load-model.js';
export { type LoadLoraOptions, loadLora } from './lora/load-lora.js';
export { type SaveLoraOptions, saveLora } from './lora/save-lora.js';
export { type ForwardOptions, Model, type ModelParts, type ModelWeights, type Prompt } from './model.js';
export type { PlainTensor } from './plain-tensor.js';
export type { Finish, Generated } from './row.js';
export type { SaveModelOptions } from './save-model.js';
export type { BeamState, Found, Search, SearchOptions, SearchStep } from './search.js';
export type { FileUrls } from './sources/file-urls.js';
export type { ModelFiles, OnBytes } from './sources/files.js';
export type { HubOptions } from './sources/hub.js';
export type { ModelSource, SourceOptions } from './sources/source.js';
export {
  type Alignment,
  type Span,
  type WordsOptions,
  wordAlignment,
} from './translate/alignment.js';
export type { TranslateOptions } from './translate/options.js';
export type {
  BeamsStep,
  PieceBegun,
  PieceDone,
  PiecePlace,
  TextDone,
  TokenStep,
  TranslatedPiece,
  Translation,
  TranslationStep,
} from './translate/translation.js';
export type { Contextual, ContextualOptions, LensToken } from './vectors/contextual.js';
export type { EmbedOptions, Pooling } from './vectors/embed.js';
export type { Zeroed } from './zeroing.js';

export type { CallFormat, ChatMessage, ToolCall } from '@residual/tokenizer/chat';
export type { ChatAnswer, ChatDelta, MalformedCall } from './chat/chat-answer.js';
export { type CheckpointTemplate, openChatTemplate } from './chat/checkpoint-template.js';
export type { Conversation } from './chat/conversation.js';
export type { ChatPrompt } from './chat/model-chat.js';
export type { ChatOptions, RenderChatOptions } from './chat/options.js';
export type { DrawnResult, DrawStep } from './draw/drawing-result.js';
export type { MixedWords } from './draw/mixed-words.js';
export type { DrawOptions } from './draw/options.js';
export type { ForwardOptions, ForwardOutput, Prediction, SourceAndTarget } from './forward-prompt.js';
export type { BeamResult, BeamSearchStep, BeamState } from './generate/beam-policy.js';
export type { BeamSearchGeneration, BeamSearchOptions } from './generate/beam-search.js';
export type { Generation } from './generate/generation.js';
export { type GenerateOptions, type GenerationConfig, isSampling } from './generate/options.js';
export type { PrefixCacheOptions } from './generate/prefix-cache.js';
export type { Step } from './generate/sampling-policy.js';
export type { FinishReason, GenerateOutput } from './generate/sequence.js';
export type { ForwardImageOptions, ForwardImageOutput } from './images/forward-image.js';
export type { DecodeImageOptions, ImageCodes } from './images/image-codes.js';
export type { ImageInput, ImageOptions, ProcessedImages } from './images/image-pass.js';
export type { SimilarityOptions, TextScore } from './images/similarity.js';
export type { Ablation, InterventionOptions } from './interventions.js';
export { type AsModelOptions, asModel } from './load/as-model.js';
export { type ConvertedCheckpoint, type ConvertOptions, convertCheckpoint } from './load/convert-checkpoint.js';
export { type CreateModelOptions, createModel } from './load/create-model.js';
export {
  type ConvertedGguf,
  type ConvertToGgufOptions,
  convertToGguf,
  type GgufWeights,
} from './load/gguf/convert-to-gguf.js';
export { describeSource, type LoadModelOptions, type LoadProgress, loadModel } from './load/load-model.js';
export type { SaveModelOptions } from './load/save-model.js';
export { type SourceSize, sourceSize } from './load/source-size.js';
export type { FileUrls } from './load/sources/file-urls.js';
export type { ModelFiles, OnBytes } from './load/sources/files.js';
export type { HubOptions } from './load/sources/hub.js';
export type { ModelSource, SourceOptions } from './load/sources/source.js';
export type { WeightForm, WeightForms } from './load/weight-forms.js';
export type { ModelParts, Prompt } from './loaded-model.js';
export { type LoadLoraOptions, loadLora } from './lora/load-lora.js';
export { type SaveLoraOptions, saveLora } from './lora/save-lora.js';
export { Model, type ModelWeights } from './model.js';
export {
  type AnyModel,
  type BoundImageTextModel,
  type BoundModel,
  type BoundSourceFilter,
  causalOf,
  encoderDecoderOf,
  imageTextModelOf,
  imageTokenizerOf,
  sourceFilterOf,
} from './model-kind.js';
export type { PaintOptions } from './paint/options.js';
export type { PaintedResult, PaintStep } from './paint/painting-result.js';
export type { PlainTensor } from './plain-tensor.js';
export type { SoundOptions } from './sounds/classify-sound.js';
export type { AudioInput } from './sounds/samples-of.js';
export type { SpeakOptions } from './speak/options.js';
export type { Prosody, TokenNumbers } from './speak/prosody.js';
export type { SpeechInput, WordWithPhones } from './speak/read-text.js';
export { type SourceVoiceOptions, sourceVoice } from './speak/source-voice.js';
export type { Speech, SpeechPiece, SpokenSentence, SpokenToken, SpokenWord } from './speak/speech.js';
export type { Voice } from './speak/voice.js';
export type { TranscribeOptions } from './transcribe/options.js';
export { type Caption, subtitles } from './transcribe/subtitles.js';
export type {
  SoundAttention,
  TranscribedSegment,
  TranscribedWindow,
  TranscribedWord,
  Transcription,
  TranscriptionBeamsStep,
  TranscriptionDone,
  TranscriptionStep,
  TranscriptionTokenStep,
  TranscriptionWindowStep,
  WindowAttempt,
} from './transcribe/transcription.js';
export {
  type Alignment,
  type Span,
  type WordAlignmentOptions,
  wordAlignment,
} from './translate/alignment.js';
export type { TranslateOptions } from './translate/options.js';
export type {
  BeamsStep,
  SegmentDone,
  SegmentIndex,
  SegmentStart,
  TextDone,
  TokenStep,
  TranslatedSegment,
  Translation,
  TranslationStep,
} from './translate/translation.js';
export type { Answer, AnswerOptions } from './understand/answer.js';
export type { LabelScore } from './understand/classify.js';
export type { Aggregation, ClassifyTokensOptions, LabelledSpan } from './understand/classify-tokens.js';
export type { FillMaskOptions, MaskFill } from './understand/fill-mask.js';
export type { RankedDocument } from './understand/rerank.js';
export type { ClassifyOptions, TextOptions } from './understand/text-pass.js';
export type { ContextualOptions, ContextualOutput, LensToken } from './vectors/contextual.js';
export type { EmbedOptions } from './vectors/embed.js';
export { type Passage, type PassageOptions, splitPassages } from './vectors/passages.js';
export type { Pooling } from './vectors/pooling.js';

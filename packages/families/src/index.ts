export { ast } from './audio/ast.js';
export { hubert } from './audio/hubert.js';
export { keywordConfig, keywordSpotting } from './audio/keyword-family.js';
export { type KeywordTransformerOptions, keywordTransformer } from './audio/keyword-transformer.js';
export { wav2vec2 } from './audio/wav2vec2.js';
export { wavlm } from './audio/wavlm.js';
export { type CatalogEntry, catalog } from './catalog.js';
export { type Arrangement, splitExperts, storedOrder } from './checkpoint/arrangement.js';
export {
  fromCheckpoint,
  tensorSlices,
  toCheckpoint,
  withComputedTensors,
} from './checkpoint/checkpoint-names.js';
export { type CheckpointComposition, composeCheckpoint } from './checkpoint/compose-checkpoint.js';
export { safetensorsArrays } from './checkpoint/safetensors-arrays.js';
export type { StoredArrays } from './checkpoint/stored-arrays.js';
export { rowsOfSlice, storedShape, type TensorSlice } from './checkpoint/tensor-slice.js';
export { type ComposedLayer, composedConfig, composedFamily } from './composed.js';
export { type Config, ConfigReader } from './config/config.js';
export { configText, updateConfigText } from './config/config-text.js';
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
} from './config/default-configs.js';
export { rotaryFromConfig } from './config/rope.js';
export { apertus } from './decoders/apertus.js';
export { arcee } from './decoders/arcee.js';
export { bamba } from './decoders/bamba.js';
export { biogpt } from './decoders/biogpt.js';
export { bitnet } from './decoders/bitnet.js';
export { bloom } from './decoders/bloom.js';
export { codegen } from './decoders/codegen.js';
export { cohere } from './decoders/cohere.js';
export { cohere2 } from './decoders/cohere2.js';
export { deepseekV2, deepseekV3 } from './decoders/deepseek.js';
export { diffLlama } from './decoders/diffllama.js';
export { dots1 } from './decoders/dots1.js';
export { ernie4_5 } from './decoders/ernie4_5.js';
export { exaone4 } from './decoders/exaone4.js';
export { falcon } from './decoders/falcon.js';
export { falconH1 } from './decoders/falcon-h1.js';
export { falconMamba } from './decoders/falcon-mamba.js';
export { gemma } from './decoders/gemma.js';
export { gemma2 } from './decoders/gemma2.js';
export { gemma3 } from './decoders/gemma3.js';
export { gemma3n } from './decoders/gemma3n.js';
export { glm } from './decoders/glm.js';
export { glm4 } from './decoders/glm4.js';
export { glm4Moe } from './decoders/glm4-moe.js';
export { gptBigcode } from './decoders/gpt-bigcode.js';
export { gptNeo } from './decoders/gpt-neo.js';
export { gptNeox } from './decoders/gpt-neox.js';
export { gptOss } from './decoders/gpt-oss.js';
export { gpt2 } from './decoders/gpt2.js';
export { gptj } from './decoders/gptj.js';
export { granite } from './decoders/granite.js';
export { graniteMoe } from './decoders/granite-moe.js';
export { graniteMoeHybrid } from './decoders/granite-moe-hybrid.js';
export { helium } from './decoders/helium.js';
export { hunyuan } from './decoders/hunyuan.js';
export { jamba } from './decoders/jamba.js';
export { lfm2 } from './decoders/lfm2.js';
export { lfm2Moe } from './decoders/lfm2-moe.js';
export { llama } from './decoders/llama.js';
export { llama4 } from './decoders/llama4.js';
export { mamba } from './decoders/mamba.js';
export { mamba2 } from './decoders/mamba2.js';
export { minicpm3 } from './decoders/minicpm3.js';
export { ministral } from './decoders/ministral.js';
export { ministral3 } from './decoders/ministral3.js';
export { mistral } from './decoders/mistral.js';
export { mixtral } from './decoders/mixtral.js';
export { mpt } from './decoders/mpt.js';
export { nemotron } from './decoders/nemotron.js';
export { nemotronH } from './decoders/nemotron-h.js';
export { olmo } from './decoders/olmo.js';
export { olmo2 } from './decoders/olmo2.js';
export { olmo3 } from './decoders/olmo3.js';
export { olmoe } from './decoders/olmoe.js';
export { opt } from './decoders/opt.js';
export { persimmon } from './decoders/persimmon.js';
export { phi } from './decoders/phi.js';
export { phi3 } from './decoders/phi3.js';
export { phimoe } from './decoders/phimoe.js';
export { qwen2 } from './decoders/qwen2.js';
export { qwen2Moe } from './decoders/qwen2-moe.js';
export { qwen3 } from './decoders/qwen3.js';
export { qwen35 } from './decoders/qwen3-5.js';
export { qwen3Moe } from './decoders/qwen3-moe.js';
export { qwen3Next } from './decoders/qwen3-next.js';
export { seedOss } from './decoders/seed-oss.js';
export { smollm3 } from './decoders/smollm3.js';
export { stablelm } from './decoders/stablelm.js';
export { starcoder2 } from './decoders/starcoder2.js';
export { vaultGemma } from './decoders/vaultgemma.js';
export { xglm } from './decoders/xglm.js';
export { bart } from './encoder-decoders/bart.js';
export { blenderbot, blenderbotSmall } from './encoder-decoders/blenderbot.js';
export { m2m100 } from './encoder-decoders/m2m100.js';
export { marian } from './encoder-decoders/marian.js';
export { mbart } from './encoder-decoders/mbart.js';
export { moonshine } from './encoder-decoders/moonshine.js';
export { pegasus } from './encoder-decoders/pegasus.js';
export { mt5, t5, umt5 } from './encoder-decoders/t5.js';
export { t5gemma } from './encoder-decoders/t5gemma.js';
export { whisper } from './encoder-decoders/whisper.js';
export { albert } from './encoders/albert.js';
export { bert } from './encoders/bert.js';
export { deberta, debertaV2 } from './encoders/deberta.js';
export { distilbert } from './encoders/distilbert.js';
export { electra } from './encoders/electra.js';
export { esm } from './encoders/esm.js';
export { eurobert } from './encoders/eurobert.js';
export { modernbert } from './encoders/modernbert.js';
export { mpnet } from './encoders/mpnet.js';
export { nomicBert } from './encoders/nomic-bert.js';
export { camembert, roberta, xlmRoberta } from './encoders/roberta.js';
export { roformer } from './encoders/roformer.js';
export type {
  AudioComposition,
  AudioSource,
  AudioTask,
  Buffer,
  CausalComposition,
  CodeGrid,
  ComposeOptions,
  Composition,
  Difference,
  Family,
  ImageComposition,
  ImageSize,
  ImageTask,
  ImageTextComposition,
  ImageTokensComposition,
  Painting,
  PositionTable,
  ProblemType,
  SavedNumber,
  SavedTable,
  SequenceToSequenceComposition,
  SourceFilterComposition,
  SourceFilterModel,
  SpeechComposition,
  SpeechSource,
  SynthesisComposition,
  SynthesisTask,
  TextComposition,
  TextTask,
  VocoderComposition,
  WeightMapping,
} from './family.js';
export { familyOf } from './family-of.js';
export { findFamily } from './find-family.js';
export { findGgufFamily } from './gguf/find-gguf-family.js';
export * from './gguf/index.js';
export { beit } from './image/beit.js';
export { clip } from './image/clip.js';
export { deit } from './image/deit.js';
export { dinov2, dinov2WithRegisters } from './image/dinov2.js';
export { dinov3 } from './image/dinov3.js';
export { type ResidualClipSizes, residualClip, residualClipConfig } from './image/residual-clip.js';
export { type ResidualDrawingSizes, residualDrawing, residualDrawingConfig } from './image/residual-drawing.js';
export {
  type ResidualImageTokensSizes,
  residualImageTokens,
  residualImageTokensConfig,
} from './image/residual-image-tokens.js';
export { type ResidualPaintingSizes, residualPainting, residualPaintingConfig } from './image/residual-painting.js';
export { siglip, siglip2 } from './image/siglip.js';
export { vit } from './image/vit.js';
export { families } from './registry.js';
export { fastSpeech2, fastSpeech2WithHifiGan } from './speech/fastspeech2.js';
export type { FrameScale } from './speech/frame-scale.js';
export { fastSpeech2HifiGan, speechT5HifiGan } from './speech/hifi-gan.js';
export type { HifiGan, HifiGanInputs } from './speech/hifi-gan-layer.js';
export { type ResidualVocoderSizes, residualVocoder, residualVocoderConfig } from './speech/residual-vocoder.js';
export { speechT5 } from './speech/speecht5.js';
export type {
  AutoregressiveSynthesizer,
  FrameInputs,
  KnownVoices,
  ParallelSynthesizer,
  PlanInputs,
  SpeechInputs,
  SpeechPlan,
  StepInputs,
  StepOutput,
  TeacherInputs,
  VoiceInputs,
} from './speech/synthesizer.js';
export { vits } from './speech/vits.js';
export type { StandardBlock, StandardCrossBlock, StandardEncoderDecoder, StandardLanguageModel } from './standard.js';

export { ResidualError } from '@residual/base';
export type { TokenIds } from './errors.js';
export { type FinishOptions, type FinishReason, finishReason } from './finish-reason.js';
export type {
  Checked,
  DrawOptions,
  Filters,
  GreedyOptions,
  PipelineOptions,
  ProcessorOptions,
  SamplerOptions,
} from './options.js';
export { pipeline } from './pipeline.js';
export { applyProcessors, type Context, type Processor, processor } from './processor.js';
export { allowedTokens } from './processors/allowed-tokens.js';
export { badWords } from './processors/bad-words.js';
export { epsilonCutoff, etaCutoff } from './processors/cutoffs.js';
export { exponentialDecayLengthPenalty, type LengthPenalty } from './processors/exponential-decay.js';
export { type ForcedEos, forcedBos, forcedEos } from './processors/forced.js';
export { minLength, minNewTokens } from './processors/min-length.js';
export { minP } from './processors/min-p.js';
export { encoderNoRepeatNgram, noRepeatNgram } from './processors/no-repeat-ngram.js';
export { renormalize } from './processors/renormalize.js';
export { encoderRepetitionPenalty, repetitionPenalty } from './processors/repetition-penalty.js';
export { type SequenceBias, sequenceBias } from './processors/sequence-bias.js';
export { suppress, suppressAtBegin } from './processors/suppress.js';
export { temperature } from './processors/temperature.js';
export { topH } from './processors/top-h.js';
export { topK } from './processors/top-k.js';
export { topP } from './processors/top-p.js';
export { typicalP } from './processors/typical-p.js';
export { fineUniformAt, streamOf, uniformAt } from './random.js';
export { type Choice, type Sample, type Sampler, sampler } from './sampler.js';
export { type StopMatch, type StopStep, type StopStrings, stopStrings } from './stop-strings.js';

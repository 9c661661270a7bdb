export { ResidualError, streamOf, uniformAt } from '@residual/base';
export { type CtcToken, ctcGreedy } from './ctc.js';
export type { TokenIds } from './errors.js';
export { type FinishOptions, finishReason, type TokenFinishReason } from './finish-reason.js';
export type {
  Filters,
  GreedyOptions,
  PipelineOptions,
  ProcessorOptions,
  SamplerOptions,
  SamplingOptions,
  StrictOptions,
} from './options.js';
export { pipeline } from './pipeline.js';
export { applyProcessors, type Processor, processor, type SequenceContext } from './processor.js';
export { allowedTokens } from './processors/allowed-tokens.js';
export { badWordsIds } from './processors/bad-words-ids.js';
export { epsilonCutoff, etaCutoff } from './processors/cutoffs.js';
export { exponentialDecayLengthPenalty, type LengthPenalty } from './processors/exponential-decay.js';
export { type ForcedEosTokenId, forcedBosTokenId, forcedEosTokenId } from './processors/forced-token-ids.js';
export { type GroupTemperature, groupTemperatures } from './processors/group-temperatures.js';
export { type Guidance, guidance } from './processors/guidance.js';
export { minLength, minNewTokens } from './processors/min-length.js';
export { minP } from './processors/min-p.js';
export { encoderNoRepeatNgramSize, noRepeatNgramSize } from './processors/no-repeat-ngram-size.js';
export { renormalizeLogits } from './processors/renormalize-logits.js';
export { encoderRepetitionPenalty, repetitionPenalty } from './processors/repetition-penalty.js';
export { type SequenceBias, sequenceBias } from './processors/sequence-bias.js';
export { beginSuppressTokens, suppressTokens } from './processors/suppress-tokens.js';
export { temperature } from './processors/temperature.js';
export { type TimestampTokens, timestampTokens } from './processors/timestamp-tokens.js';
export { tokenMask } from './processors/token-mask.js';
export { topH } from './processors/top-h.js';
export { topK } from './processors/top-k.js';
export { topP } from './processors/top-p.js';
export { typicalP } from './processors/typical-p.js';
export { fineUniformAt } from './random.js';
export { type Choice, type LargestLogits, type Sample, type Sampler, sampler } from './sampler.js';
export { logSumExp } from './softmax.js';
export { type StopMatch, type StopStep, type StopStrings, stopStrings } from './stop-strings.js';

import type { OptionNames } from '@residual/tensor';
import type { GenerateOptions } from './generate-options.js';
import type { SearchOptions } from './search.js';
import type { TranslateOptions } from './translate/options.js';

/** What generations and searches share. */
const shared = {
  sequenceBias: 0,
  encoderRepetitionPenalty: 0,
  repetitionPenalty: 0,
  noRepeatNgram: 0,
  encoderNoRepeatNgram: 0,
  badWords: 0,
  allowedTokens: 0,
  forcedBos: 0,
  forcedEos: 0,
  suppress: 0,
  suppressAtBegin: 0,
  processors: 0,
  renormalize: 0,
  minLength: 0,
  minNewTokens: 0,
  exponentialDecayLengthPenalty: 0,
  eos: 0,
  maxNewTokens: 0,
  zeroed: 0,
  signal: 0,
} as const;

/** The names of the settings of `generate`. */
export const generateNames: OptionNames<GenerateOptions> = {
  temperature: 0,
  topK: 0,
  topP: 0,
  minP: 0,
  topH: 0,
  typicalP: 0,
  epsilonCutoff: 0,
  etaCutoff: 0,
  seed: 0,
  stop: 0,
  top: 0,
  taps: 0,
  positions: 0,
  skipSpecialTokens: 0,
  ...shared,
};

const searching = { beams: 0, lengthPenalty: 0, earlyStopping: 0, groups: 0, diversityPenalty: 0, ...shared } as const;

/** Those of `beamSearch`. */
export const searchNames: OptionNames<SearchOptions> = {
  returned: 0,
  positions: 0,
  skipSpecialTokens: 0,
  ...searching,
};

/** Those of `translate`. */
export const translateNames: OptionNames<TranslateOptions> = {
  prefix: 0,
  sourceLanguage: 0,
  targetLanguage: 0,
  longest: 0,
  batch: 0,
  alignments: 0,
  taps: 0,
  top: 0,
  ...searching,
};

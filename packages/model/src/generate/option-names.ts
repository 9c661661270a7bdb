import type { OptionNames } from '@residual/tensor';
import type { TranslateOptions } from '../translate/options.js';
import type { BeamSearchOptions } from './beam-search.js';
import type { GenerateOptions, GuidanceSettings } from './options.js';
import { speculativeNames } from './speculative/options.js';

/** The options that `generate` and beam search share. */
const sharedNames = {
  sequenceBias: 0,
  encoderRepetitionPenalty: 0,
  repetitionPenalty: 0,
  noRepeatNgramSize: 0,
  encoderNoRepeatNgramSize: 0,
  badWordsIds: 0,
  allowedTokens: 0,
  tokenMask: 0,
  forcedBosTokenId: 0,
  forcedEosTokenId: 0,
  suppressTokens: 0,
  beginSuppressTokens: 0,
  processors: 0,
  renormalizeLogits: 0,
  minLength: 0,
  minNewTokens: 0,
  exponentialDecayLengthPenalty: 0,
  eosTokenId: 0,
  maxNewTokens: 0,
  cache: 0,
  ablate: 0,
  hooks: 0,
  signal: 0,
} as const;

/** The options that say what a text obeys. */
const grammarNames = { schema: 0, whitespace: 0, regex: 0, grammar: 0 } as const;

/** The names of the options of `generate` without guidance. */
export const unguidedNames: OptionNames<Omit<GenerateOptions, keyof GuidanceSettings>> = {
  groupTemperatures: 0,
  temperature: 0,
  topK: 0,
  topP: 0,
  minP: 0,
  topH: 0,
  typicalP: 0,
  epsilonCutoff: 0,
  etaCutoff: 0,
  seed: 0,
  stopStrings: 0,
  topLogprobs: 0,
  taps: 0,
  maxLength: 0,
  contextOverflow: 0,
  contextKeep: 0,
  skipSpecialTokens: 0,
  ...speculativeNames,
  ...grammarNames,
  ...sharedNames,
};

/** The names of the options of `generate`. */
export const generateNames: OptionNames<GenerateOptions> = {
  ...unguidedNames,
  guidanceScale: 0,
  negativePromptIds: 0,
};

/** The options that `beamSearch` and `translate` share. */
const sharedBeamNames = {
  numBeams: 0,
  lengthPenalty: 0,
  earlyStopping: 0,
  numBeamGroups: 0,
  diversityPenalty: 0,
  ...sharedNames,
} as const;

/** The names of the options of `beamSearch`. */
export const beamSearchNames: OptionNames<BeamSearchOptions> = {
  numReturnSequences: 0,
  maxLength: 0,
  skipSpecialTokens: 0,
  ...grammarNames,
  ...sharedBeamNames,
};

/** The names of the options of `translate`. */
export const translateNames: OptionNames<TranslateOptions> = {
  prefix: 0,
  sourceLanguage: 0,
  targetLanguage: 0,
  maxSegmentTokens: 0,
  batch: 0,
  alignments: 0,
  taps: 0,
  topLogprobs: 0,
  ...sharedBeamNames,
};

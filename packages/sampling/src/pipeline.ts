import { expectOption, samplingError } from './errors.js';
import type { Filters, PipelineOptions } from './options.js';
import type { Processor } from './processor.js';
import { allowedTokens } from './processors/allowed-tokens.js';
import { badWordsIds } from './processors/bad-words-ids.js';
import { epsilonCutoff, etaCutoff } from './processors/cutoffs.js';
import { exponentialDecayLengthPenalty } from './processors/exponential-decay.js';
import { forcedBosTokenId, forcedEosTokenId } from './processors/forced-token-ids.js';
import { groupTemperatures } from './processors/group-temperatures.js';
import { guidance } from './processors/guidance.js';
import { minLength, minNewTokens } from './processors/min-length.js';
import { minP } from './processors/min-p.js';
import { encoderNoRepeatNgramSize, noRepeatNgramSize } from './processors/no-repeat-ngram-size.js';
import { renormalizeLogits } from './processors/renormalize-logits.js';
import { encoderRepetitionPenalty, repetitionPenalty } from './processors/repetition-penalty.js';
import { sequenceBias } from './processors/sequence-bias.js';
import { beginSuppressTokens, suppressTokens } from './processors/suppress-tokens.js';
import { temperature } from './processors/temperature.js';
import { tokenMask } from './processors/token-mask.js';
import { topH } from './processors/top-h.js';
import { topK } from './processors/top-k.js';
import { topP } from './processors/top-p.js';
import { typicalP } from './processors/typical-p.js';

type Name = Exclude<keyof PipelineOptions, 'eosTokenId'>;
type Steps = {
  readonly [N in Name]-?: (
    value: NonNullable<PipelineOptions[N]>,
    all: PipelineOptions,
  ) => Processor | readonly Processor[];
};

const filters: { readonly [N in keyof Filters]-?: Steps[N] } = {
  groupTemperatures,
  topH,
  topK,
  topP,
  minP,
  typicalP,
  epsilonCutoff,
  etaCutoff,
};

/** The processor of each option, in the order in which they run. */
const steps: Steps = {
  guidance,
  sequenceBias,
  encoderRepetitionPenalty,
  repetitionPenalty,
  noRepeatNgramSize,
  encoderNoRepeatNgramSize,
  badWordsIds: (words, all) => badWordsIds(words, all.eosTokenId),
  minLength: (length, all) => minLength(length, all.eosTokenId),
  minNewTokens: (count, all) => minNewTokens(count, all.eosTokenId),
  allowedTokens,
  forcedBosTokenId,
  forcedEosTokenId,
  exponentialDecayLengthPenalty: (penalty, all) => exponentialDecayLengthPenalty(penalty, all.eosTokenId),
  suppressTokens,
  beginSuppressTokens: (tokens, all) => beginSuppressTokens(tokens, all.forcedBosTokenId !== undefined),
  processors: own => {
    const fits = Array.isArray(own) && own.every(process => typeof process === 'function');
    expectOption(fits, 'processors', own, 'a list of functions');
    return own;
  },
  tokenMask,
  temperature,
  ...filters,
  renormalizeLogits: value => {
    expectOption(value === true, 'renormalizeLogits', value, 'true, or not given');
    return renormalizeLogits();
  },
};

/** The names of the filters: options that matter only when a token is sampled. */
export const filterNames = (): string[] => Object.keys(filters);

/** Throws `sampling: NAME is not an option; options are ...` for the first unknown name. */
export function expectOptionNames(options: object, ...others: readonly string[]): void {
  const names = [...Object.keys(steps), 'eosTokenId', ...others];
  expectOption(Object(options) === options, 'options', options, 'an object');
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) {
      throw samplingError('option', `${name} is not an option; options are ${names.join(', ')}`);
    }
  }
}

/**
 * The processors that `options` ask for, in the order of Hugging Face transformers (`_get_logits_processor`): guidance,
 * sequenceBias, encoderRepetitionPenalty, repetitionPenalty, noRepeatNgramSize, encoderNoRepeatNgramSize, badWordsIds,
 * minLength, minNewTokens, allowedTokens, forcedBosTokenId, forcedEosTokenId, exponentialDecayLengthPenalty,
 * suppressTokens, beginSuppressTokens, your own `processors`, tokenMask, temperature, groupTemperatures (which is
 * ours), topH, topK, topP, minP, typicalP, epsilonCutoff, etaCutoff, renormalizeLogits. At temperature 0 the filters
 * are checked but do not run, since one token is left. Throws for an unknown name or a value out of range.
 */
export function pipeline(options: PipelineOptions): Processor[] {
  expectOptionNames(options);
  return Object.entries(steps).flatMap(([name, step]) => {
    const value = options[name as Name];
    if (value === undefined) return [];
    // The table's type pairs each name with its own value; a loop over names loses that.
    const processors = (step as (value: unknown, all: PipelineOptions) => Processor | readonly Processor[])(
      value,
      options,
    );
    return options.temperature === 0 && name in filters ? [] : processors;
  });
}

import type { GrammarOptions } from '@residual/grammar';
import type { ProcessorOptions } from '@residual/sampling';
import { type BeamOptions, beamSearch } from '@residual/sampling/beams';
import { fromGenerationConfig } from '@residual/sampling/generation-config';
import { type CacheForm, expectOptions, ResidualError, showValue } from '@residual/tensor';
import { expectFunction, expectSignal, expectTokens } from '../arguments.js';
import type { InterventionOptions } from '../interventions.js';
import type { Sequences } from '../sequences.js';
import { asksToObey } from './asks-to-obey.js';
import { BeamPolicy, type BeamResult, type BeamSearchStep } from './beam-policy.js';
import { decode } from './decode.js';
import type { DecodeModel } from './decode-model.js';
import type { DecoderInput } from './decoder-input.js';
import type { Generation } from './generation.js';
import { beamSearchNames } from './option-names.js';
import { type GenerationConfig, maxLengthOf, maxNewTokensOf } from './options.js';

/** The options of `beamSearch`; options left out follow `generation_config.json`. */
export interface BeamSearchOptions extends Omit<ProcessorOptions, 'eosTokenId'>, GrammarOptions, InterventionOptions {
  /** How many beams the search keeps for each prompt; default as in `generation_config.json`, else 4. */
  readonly numBeams?: number | undefined;
  /** How many texts it returns for each prompt; default 1. */
  readonly numReturnSequences?: number | undefined;
  /** score = sum of log-probabilities / newTokens^lengthPenalty; default 1. */
  readonly lengthPenalty?: number | undefined;
  /**
   * When the search of a prompt stops. true: as soon as `numBeams` texts are finished. false, the default: when the
   * best beam, finished now, would not be better than the worst of them. 'never': when it could not become better at
   * any length.
   */
  readonly earlyStopping?: boolean | 'never' | undefined;
  /** Diverse beam search: a token that an earlier group chose in a step costs a later group `diversityPenalty`. */
  readonly numBeamGroups?: number | undefined;
  /** Subtracted from the score of a token for each earlier group that chose it in this step. */
  readonly diversityPenalty?: number | undefined;
  /** End tokens; default those of `generation_config.json`, none if empty. */
  readonly eosTokenId?: readonly number[] | undefined;
  /** How many tokens may follow the prompt, as in `generate`. */
  readonly maxNewTokens?: number | undefined;
  /** How many tokens a text may have, prompt included, as in `generate`. */
  readonly maxLength?: number | undefined;
  /** Whether the text leaves out special tokens; default true. */
  readonly skipSpecialTokens?: boolean | undefined;
  /** How the cache stores keys and values, as in `generate`. */
  readonly cache?: CacheForm | undefined;
  /** Ends the search before the next step; the call rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A beam search to run: iterate over its steps, or call `result()`. */
export type BeamSearchGeneration<Whole> = Generation<Whole, BeamSearchStep, readonly (readonly BeamResult[])[]>;

/**
 * Runs a beam search over all prompts of the input at once. Yields its steps and returns the texts found for each
 * prompt, best first.
 */
export async function* beamSearchSequences(
  model: DecodeModel,
  input: DecoderInput,
  options: BeamSearchOptions,
): AsyncGenerator<BeamSearchStep, BeamResult[][]> {
  model.check();
  expectOptions('beamSearch', options, beamSearchNames);
  const { signal, skipSpecialTokens, ablate, hooks, cache } = options;
  expectSignal('beamSearch', signal);
  expectFunction('beamSearch', 'allowedTokens', options.allowedTokens);
  expectFunction('beamSearch', 'tokenMask', options.tokenMask);
  const { prompts, sources } = input;
  const maxLength = maxLengthOf(options, model);
  expectTokens('beamSearch', prompts, { vocab: model.vocab, maxLength });
  const settings = beamSettings(model, options, prompts, maxLength);
  const { tokenizer, eosTokenIds } = model;
  const constrain = asksToObey(options) ? await import('./constrain.js') : undefined;
  const obeyed = constrain?.constraintOf(
    'beamSearch',
    { ...options, eosTokenId: options.eosTokenId ?? eosTokenIds },
    tokenizer,
  );
  const tokenMask = obeyed && { tokenMask: obeyed.mask };
  const search = beamSearch({ ...settings, ...tokenMask } as BeamOptions, prompts, sources);
  const decoder = obeyed ? constrain!.constrainedDecoder(obeyed, prompts[0]!) : tokenizer;
  const policyOptions = { numBeams: settings.numBeams, tokenizer: decoder, skipSpecialTokens };
  const policy = new BeamPolicy(search, prompts, policyOptions);
  return yield* decode(model, input, policy, { caller: 'beamSearch', maxLength, ablate, hooks, signal, cache });
}

/** The options of one search: the caller's, else the checkpoint's. Throws if a field of the file is invalid. */
function beamSettings(
  { generationConfig: config, eosTokenIds }: DecodeModel,
  options: BeamSearchOptions,
  prompts: Sequences,
  maxLength: number,
): BeamOptions {
  const {
    signal: _signal,
    skipSpecialTokens: _skip,
    maxLength: _maxLength,
    ablate: _ablate,
    hooks: _hooks,
    cache: _cache,
    schema: _schema,
    whitespace: _whitespace,
    regex: _regex,
    grammar: _grammar,
    maxNewTokens,
    eosTokenId = eosTokenIds,
    ...callerOptions
  } = options;
  const newTokens = Math.max(...prompts.map(prompt => maxNewTokensOf({ maxNewTokens }, config, prompt.length)));
  const recommended = {
    ...config,
    do_sample: false,
    eos_token_id: eosTokenId.length > 0 ? [...eosTokenId] : undefined,
  };
  const numBeamGroups = countOf(config, 'num_beam_groups') ?? 1;
  const numBeams = countOf(config, 'num_beams') ?? 1;
  const fileOptions: Partial<Record<keyof BeamOptions, unknown>> = {
    numBeams: numBeams > 1 ? numBeams : 4,
    numReturnSequences: countOf(config, 'num_return_sequences'),
    lengthPenalty: numberOf(config, 'length_penalty'),
    earlyStopping: config.early_stopping as boolean | 'never' | undefined,
    ...(numBeamGroups > 1 && { numBeamGroups, diversityPenalty: numberOf(config, 'diversity_penalty') }),
    ...fromGenerationConfig(recommended, maxNewTokens),
  };
  const settings: Record<string, unknown> = {};
  for (const [name, value] of [...Object.entries(fileOptions), ...Object.entries(callerOptions)])
    if (value !== undefined && value !== null) settings[name] = value;
  return { ...settings, maxNewTokens: newTokens, maxLength } as unknown as BeamOptions;
}

/** The most beams that a file may ask for, since each has a cache of its own; a caller may ask for more. */
const maxBeams = 256;

/** A whole number of `generation_config.json`, 1 to `maxBeams`; undefined if it is not set. */
function countOf(config: GenerationConfig, name: string): number | undefined {
  const value = config[name] ?? undefined;
  if (value === undefined || (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= maxBeams))
    return value as number | undefined;
  return refuse(name, value, `a whole number from 1 to ${maxBeams}; beamSearch takes more by its options`);
}

/** A finite number of `generation_config.json`; undefined if it is not set. */
function numberOf(config: GenerationConfig, name: string): number | undefined {
  const value = config[name] ?? undefined;
  return value === undefined || Number.isFinite(value)
    ? (value as number | undefined)
    : refuse(name, value, 'a number');
}

function refuse(name: string, value: unknown, wanted: string): never {
  throw new ResidualError(
    'option',
    `beamSearch: ${name} of generation_config.json is ${showValue(value)}; it must be ${wanted}`,
  );
}

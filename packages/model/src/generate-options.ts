import type { PipelineOptions } from '@residual/sampling';
import { ResidualError } from '@residual/tensor';

/** The sampling settings of `@residual/sampling` with what ends a text and what is reported. */
export interface GenerateOptions extends Omit<PipelineOptions, 'eos'> {
  /** Tokens that end a text; those of `generation_config.json` if absent, none if empty. */
  readonly eos?: readonly number[];
  /** How many tokens may follow the prompt; from `generation_config.json`, else 128. 0 gives the prompt back. */
  readonly maxNewTokens?: number;
  /** Texts that end the generation; they are not part of the text. */
  readonly stop?: readonly string[];
  /** How many of the likeliest tokens each step reports; 0 if absent. */
  readonly top?: number;
  /** A whole number 0 .. 2³² - 1 for the draws; 0 if absent. */
  readonly seed?: number;
  /** Paths of taps whose tensors each step carries as plain data, such as `decoder.layers.*.attention.weights`. */
  readonly taps?: readonly string[];
  /** Whether special tokens are left out of the text; true if absent. */
  readonly skipSpecialTokens?: boolean;
  readonly signal?: AbortSignal;
}

/** What `generation_config.json` may say, under its own names. */
export type GenerationConfig = Readonly<Record<string, unknown>>;

type Settings = Record<string, unknown>;

/** Names of `generation_config.json` and ours, of settings that change logits in any case and of those that only matter to a draw. */
const always: Readonly<Record<string, string>> = {
  repetition_penalty: 'repetitionPenalty',
  no_repeat_ngram_size: 'noRepeatNgram',
  bad_words_ids: 'badWords',
  min_length: 'minLength',
  min_new_tokens: 'minNewTokens',
  suppress_tokens: 'suppress',
  begin_suppress_tokens: 'suppressAtBegin',
  forced_bos_token_id: 'forcedBos',
};

const drawn: Readonly<Record<string, string>> = {
  top_k: 'topK',
  top_p: 'topP',
  min_p: 'minP',
  typical_p: 'typicalP',
  epsilon_cutoff: 'epsilonCutoff',
  eta_cutoff: 'etaCutoff',
};

/** Values of `generation_config.json` that switch a setting off. */
const off: Readonly<Record<string, unknown>> = {
  repetition_penalty: 1,
  no_repeat_ngram_size: 0,
  min_length: 0,
  min_new_tokens: 0,
  top_k: 0,
  top_p: 1,
  typical_p: 1,
  epsilon_cutoff: 0,
  eta_cutoff: 0,
};

/** The settings of one call: what the caller gave, else what the checkpoint recommends. */
export function settingsOf(given: GenerateOptions, config: GenerationConfig, ends: readonly number[]): GenerateOptions {
  const { temperature } = given;
  const draws = temperature === undefined ? config.do_sample === true : temperature !== 0;
  const defaults: Settings = {
    ...translated(config, always),
    ...(draws && { temperature: numberOr(config.temperature, 1), ...translated(config, drawn) }),
    ...(ends.length > 0 && { eos: ends }),
  };
  const settings: Settings = { ...defaults };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) settings[name] = value;
  if (given.eos?.length === 0) delete settings.eos;
  return settings as GenerateOptions;
}

/** How many tokens may follow a prompt of `promptLength`. */
export function lengthOf({ maxNewTokens }: GenerateOptions, config: GenerationConfig, promptLength: number): number {
  if (maxNewTokens !== undefined) {
    if (Number.isInteger(maxNewTokens) && maxNewTokens >= 0) return maxNewTokens;
    throw new ResidualError(
      'option',
      `generate: maxNewTokens is ${maxNewTokens}; it must be a whole number, 0 or more`,
    );
  }
  if (typeof config.max_new_tokens === 'number') return config.max_new_tokens;
  if (typeof config.max_length === 'number') return Math.max(config.max_length - promptLength, 0);
  return 128;
}

function translated(config: GenerationConfig, names: Readonly<Record<string, string>>): Settings {
  return Object.fromEntries(
    Object.entries(names).flatMap(([theirs, ours]) => {
      const value = config[theirs];
      return value === undefined || value === null || value === off[theirs] ? [] : [[ours, value]];
    }),
  );
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}

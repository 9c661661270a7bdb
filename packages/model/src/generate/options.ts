import { expectInteger } from '@residual/base';
import type { GrammarOptions } from '@residual/grammar';
import type { PipelineOptions } from '@residual/sampling';
import { fromGenerationConfig } from '@residual/sampling/generation-config';
import { type CacheForm, ResidualError, showValue } from '@residual/tensor';
import { definedOptions } from '../arguments.js';
import type { InterventionOptions } from '../interventions.js';
import type { SpeculativeOptions } from './speculative/options.js';

/** Classifier-free guidance (Sanchez et al. 2023), for decoder-only models. */
export interface GuidanceSettings {
  /**
   * Above 1 exaggerates what the prompt changes, in the logits of each step; default as in `generation_config.json`,
   * else 1, no guidance. Each step then computes two sequences.
   */
  readonly guidanceScale?: number;
  /** What is guided away from: token ids in the place of the prompt; the last token of each prompt if absent. */
  readonly negativePromptIds?: readonly number[];
}

/**
 * The options of `generate`: those of `@residual/sampling`, what the text obeys (`schema`, `regex` or `grammar`),
 * limits, stop strings and what each step reports.
 */
export interface GenerateOptions
  extends Omit<PipelineOptions, 'eosTokenId' | 'guidance'>,
    GuidanceSettings,
    SpeculativeOptions,
    GrammarOptions,
    InterventionOptions {
  /** End tokens; default those of `generation_config.json`, none if empty. */
  readonly eosTokenId?: readonly number[];
  /** How many tokens may follow the prompt; default as in `generation_config.json`, else 128. 0 returns the prompt. */
  readonly maxNewTokens?: number;
  /**
   * How many tokens a text may have, prompt included; default `model.maxPositions`. More works with computed positions,
   * such as rotary ones, but not with learned ones.
   */
  readonly maxLength?: number;
  /**
   * What happens to a text of more than `maxLength` tokens. By default it ends there, and a longer prompt is an error.
   * With `shift` the model goes on without its oldest tokens, but for the first ones: keys move to earlier positions
   * (Xiao et al. 2023). It needs positions that are computed, such as rotary ones, and no recurrent layers.
   */
  readonly contextOverflow?: 'shift';
  /** How many first tokens `contextOverflow` keeps; default 4. Half of those after them are dropped at a time. */
  readonly contextKeep?: number;
  /** Strings that end the generation; they are not part of the text. */
  readonly stopStrings?: readonly string[];
  /** How many of the most likely tokens each step reports; default 0. */
  readonly topLogprobs?: number;
  /**
   * Seed of the sampling, a whole number 0 .. 2³² - 1; by default each run picks a new one, which its steps and its
   * result report.
   */
  readonly seed?: number;
  /** Paths of taps whose tensors each step contains as plain data, such as `decoder.layers.*.attention.weights`. */
  readonly taps?: readonly string[];
  /** Whether the text leaves out special tokens; default true. */
  readonly skipSpecialTokens?: boolean;
  /**
   * How the cache stores keys and values: `f32`, the default; `f16`, in half the bytes; or `int8` with a scale for each
   * 32 entries, in little more than a quarter.
   */
  readonly cache?: CacheForm;
  /** Ends the generation before the next step; the call rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** A parsed `generation_config.json`, with its own names. */
export type GenerationConfig = Readonly<Record<string, unknown>>;

/**
 * Whether a call samples its tokens, by its temperature, else by the checkpoint's `do_sample`. If not, a seed has no
 * effect.
 */
export function isSampling({ temperature }: GenerateOptions, config: GenerationConfig): boolean {
  return temperature === undefined ? config.do_sample === true : temperature !== 0;
}

/** Fields that would change the text and are not supported, with the value that means "not used". */
const unsupportedFields = [
  ['constraints', null],
  ['force_words_ids', null],
  ['max_time', null],
  ['token_healing', false],
] as const;

/** Fields that ask for a beam search, with the value that does not. */
const beamSearchFields = [
  ['num_beams', 1],
  ['num_beam_groups', 1],
  ['num_return_sequences', 1],
] as const;

/**
 * The options of one call: the caller's, else the checkpoint's; `eosTokenIds` are the end tokens of the model. Throws
 * if the checkpoint asks for what is not supported.
 */
export function settingsOf(
  options: GenerateOptions,
  config: GenerationConfig,
  eosTokenIds: readonly number[],
): GenerateOptions {
  const asksFor = (fields: readonly (readonly [name: string, unused: unknown])[]) => {
    const [name] = fields.find(([name, unused]) => (config[name] ?? unused) !== unused) ?? [];
    return name && `generate: generation_config.json asks for ${name} ${showValue(config[name])}`;
  };
  const unsupported = asksFor(unsupportedFields);
  if (unsupported) {
    throw new ResidualError(
      'option',
      `${unsupported}, which is not supported; loadModel(source, { generationConfig }) replaces the file`,
    );
  }
  const search = options.temperature === undefined && asksFor(beamSearchFields);
  if (search) {
    throw new ResidualError(
      'option',
      `${search}: call beamSearch, or give a temperature (0 is greedy) for one text at a time`,
    );
  }
  const { eosTokenId = eosTokenIds, ...others } = options;
  const recommended = {
    ...config,
    do_sample: isSampling(options, config),
    eos_token_id: eosTokenId.length > 0 ? eosTokenId : undefined,
  };
  return {
    ...fromGenerationConfig(recommended, options.maxNewTokens),
    ...(config.stop_strings ? { stopStrings: stopStringsOf(config) } : {}),
    ...definedOptions(others),
  } as GenerateOptions;
}

/** The stop strings of `generation_config.json`, one or several. */
function stopStringsOf({ stop_strings: value }: GenerationConfig): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (texts.every(text => typeof text === 'string')) return texts;
  throw new ResidualError(
    'option',
    `generate: stop_strings of generation_config.json is ${showValue(value)}; it must be a text or a list of texts`,
  );
}

/** How many tokens may follow a prompt of `promptLength` tokens. */
export function maxNewTokensOf(
  { maxNewTokens }: GenerateOptions,
  config: GenerationConfig,
  promptLength: number,
): number {
  if (maxNewTokens !== undefined) {
    expectInteger('generate', 'maxNewTokens', maxNewTokens);
    return maxNewTokens;
  }
  if (typeof config.max_new_tokens === 'number') return config.max_new_tokens;
  if (typeof config.max_length === 'number') return Math.max(config.max_length - promptLength, 0);
  return 128;
}

/** How many tokens a text of this call may have. Throws if the model has fewer positions and cannot compute more. */
export function maxLengthOf(
  { maxLength }: GenerateOptions,
  { maxPositions, openEnded }: { readonly maxPositions: number; readonly openEnded: boolean },
): number {
  if (maxLength === undefined) return maxPositions;
  expectInteger('generate', 'maxLength', maxLength, { min: 1 });
  if (maxLength <= maxPositions || openEnded) return maxLength;
  throw new ResidualError(
    'option',
    `generate: maxLength is ${maxLength}; this model has ${maxPositions} learned position embeddings`,
  );
}

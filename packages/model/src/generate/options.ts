import type { PipelineOptions } from '@residual/sampling';
import { fromGenerationConfig } from '@residual/sampling/generation-config';
import { ResidualError, showValue } from '@residual/tensor';
import type { Ablation } from '../ablation.js';

/** The sampling settings of `@residual/sampling` with what ends a text and what is reported. */
export interface GenerateOptions extends Omit<PipelineOptions, 'eosTokenId'> {
  /** Tokens that end a text; those of `generation_config.json` if absent, none if empty. */
  readonly eosTokenId?: readonly number[];
  /** How many tokens may follow the prompt; from `generation_config.json`, else 128. 0 gives the prompt back. */
  readonly maxNewTokens?: number;
  /**
   * How long a text may become, prompt included; `model.maxPositions` if absent. More works where positions are computed, as rotary ones are, not where they
   * are learned.
   */
  readonly maxLength?: number;
  /** Texts that end the generation; they are not part of the text. */
  readonly stopStrings?: readonly string[];
  /** How many of the likeliest tokens each step reports; 0 if absent. */
  readonly topLogprobs?: number;
  /** A whole number 0 .. 2³² - 1 by which tokens are drawn, the same each time; a new one for each run if absent, which its steps and its result tell. */
  readonly seed?: number;
  /** Paths of taps whose tensors each step carries as plain data, such as `decoder.layers.*.attention.weights`. */
  readonly taps?: readonly string[];
  /** Tensors, or heads of them, that are zero: to see what a head, or attention as a whole, does. */
  readonly ablate?: readonly Ablation[];
  /** Whether special tokens are left out of the text; true if absent. */
  readonly skipSpecialTokens?: boolean;
  /** Ends the generation before the next step, with its reason as the error. */
  readonly signal?: AbortSignal;
}

/** What `generation_config.json` may say, under its own names. */
export type GenerationConfig = Readonly<Record<string, unknown>>;

/** Whether a call draws its tokens: as its temperature says, else as the checkpoint recommends. If not, a seed would do nothing. */
export function isSampling({ temperature }: GenerateOptions, config: GenerationConfig): boolean {
  return temperature === undefined ? config.do_sample === true : temperature !== 0;
}

/** What would change the text and does not exist here, with the value by which `generation_config.json` says "not used". */
const unsupportedFields = [
  ['constraints', null],
  ['force_words_ids', null],
  ['max_time', null],
  ['token_healing', false],
] as const;

/** What asks for a beam search, with the value by which it does not. */
const beamSearchFields = [
  ['num_beams', 1],
  ['num_beam_groups', 1],
  ['num_return_sequences', 1],
] as const;

/** The settings of one call: what the caller gave, else what the checkpoint recommends; `ends` are the tokens that end its texts. */
export function settingsOf(
  options: GenerateOptions,
  config: GenerationConfig,
  eosTokenIds: readonly number[],
): GenerateOptions {
  const asksFor = (names: readonly (readonly [string, unknown])[]) => {
    const found = names.find(([name, off]) => (config[name] ?? off) !== off);
    return found && `generate: generation_config.json asks for ${found[0]} ${showValue(config[found[0]])}`;
  };
  const strange = asksFor(unsupportedFields);
  if (strange) {
    throw new ResidualError(
      'option',
      `${strange}, which does not exist here; loadModel(source, { generationConfig }) puts another in its place`,
    );
  }
  const search = options.temperature === undefined && asksFor(beamSearchFields);
  if (search) {
    throw new ResidualError(
      'option',
      `${search}: call beamSearch, or give a temperature (0 is greedy) for one text at a time`,
    );
  }
  const eosTokenId = options.eosTokenId ?? eosTokenIds;
  const recommended = {
    ...config,
    do_sample: isSampling(options, config),
    eos_token_id: eosTokenId.length > 0 ? eosTokenId : undefined,
  };
  const settings: Record<string, unknown> = { ...fromGenerationConfig(recommended, options.maxNewTokens) };
  if (config.stop_strings) settings.stopStrings = stopStringsOf(config);
  for (const [name, value] of Object.entries(options))
    if (value !== undefined && name !== 'eosTokenId') settings[name] = value;
  return settings;
}

/** The texts that end a generation as the file says: one or several. */
function stopStringsOf({ stop_strings: value }: GenerationConfig): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (texts.every(text => typeof text === 'string')) return texts;
  throw new ResidualError(
    'option',
    `generate: stop_strings of generation_config.json is ${showValue(value)}; it must be a text or a list of texts`,
  );
}

/** How many tokens may follow a prompt of `promptLength`. */
export function maxNewTokensOf(
  { maxNewTokens }: GenerateOptions,
  config: GenerationConfig,
  promptLength: number,
): number {
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

/** How many positions a text of this call may take. Errors where the model was not made for so many and cannot compute more. */
export function maxLengthOf(
  { maxLength }: GenerateOptions,
  { maxPositions, openEnded }: { readonly maxPositions: number; readonly openEnded: boolean },
): number {
  if (maxLength === undefined) return maxPositions;
  if (!(Number.isInteger(maxLength) && maxLength > 0)) {
    throw new ResidualError('option', `generate: maxLength is ${maxLength}; it must be a whole number above 0`);
  }
  if (maxLength <= maxPositions || openEnded) return maxLength;
  throw new ResidualError(
    'option',
    `generate: maxLength is ${maxLength}; this model has ${maxPositions} learned position embeddings`,
  );
}

/** Checks ids and lengths; gives the longest. */
export function checkPrompts(
  name: string,
  vocab: number,
  maxPositions: number,
  prompts: readonly (readonly number[])[],
): number {
  if (prompts.length === 0) throw new ResidualError('prompt', `${name}: there is no prompt`);
  for (const prompt of prompts) {
    if (prompt.length === 0)
      throw new ResidualError('prompt', `${name}: the prompt is empty and this model has no beginning token`);
    if (prompt.length > maxPositions) {
      throw new ResidualError(
        'positions',
        `${name}: prompt of ${prompt.length} tokens is longer than the ${maxPositions} positions this model has`,
      );
    }
    const unknown = prompt.find(id => !(Number.isInteger(id) && id >= 0 && id < vocab));
    if (unknown !== undefined) {
      throw new ResidualError('prompt', `${name}: prompt id ${unknown} is outside the vocabulary of ${vocab}`);
    }
  }
  return Math.max(...prompts.map(prompt => prompt.length));
}

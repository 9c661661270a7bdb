import { type Dropout, dropout } from '@residual/layers';
import type { AnyActivation } from '@residual/mlp';
import { expectInteger, expectValue, ResidualError, showValue } from '@residual/tensor';
import { activations } from './activations.js';

/** A parsed `config.json`. */
export type Config = Readonly<Record<string, unknown>>;

/**
 * Reads the fields of one `config.json` by kind and records which were read. `refuseUnread` then refuses every other
 * field that may change the results, so that no setting is ignored silently. `family` is the name in error messages.
 */
export class ConfigReader {
  private readonly config: Config;
  private readonly family: string;
  private readonly readFields = new Set<string>();

  constructor(family: string, config: Config) {
    this.family = family;
    this.config = config;
  }

  /** The value of a field, under the first of its names that is set and not null; undefined if none is. */
  value(...names: string[]): unknown {
    for (const name of names) this.readFields.add(name);
    const presentName = names.find(name => this.config[name] !== undefined && this.config[name] !== null);
    return presentName === undefined ? undefined : this.config[presentName];
  }

  /** Whether the field is there, null too. */
  has(name: string): boolean {
    this.readFields.add(name);
    return this.config[name] !== undefined;
  }

  /** A whole number, 1 or more, at most `max`. */
  size(name: string, fallback?: number, max?: number): number {
    const value = this.value(name) ?? fallback;
    expectInteger(this.family, fieldNamed(name), value, { min: 1, ...(max && { max }), code: 'config' });
    return value;
  }

  /** A list of 1 to 64 whole numbers, each 1 or more. */
  sizes(name: string, fallback?: readonly number[]): readonly number[] {
    return this.sizesOf(name, this.value(name) ?? fallback);
  }

  /** The value of a field, or an entry of it, as a list of 1 to 64 whole numbers, each from 1 to 2²⁰. */
  sizesOf(name: string, values: unknown): readonly number[] {
    if (!Array.isArray(values) || values.length === 0 || values.length > maxListedSizes)
      return this.refuse(name, values, `a list of 1 to ${maxListedSizes} whole numbers above 0`);
    for (const value of values) expectInteger('config', name, value, { min: 1, max: 2 ** 20, code: 'config' });
    return values;
  }

  /** A whole number, 0 or more. */
  count(name: string, fallback?: number): number {
    const value = this.value(name) ?? fallback;
    expectInteger(this.family, fieldNamed(name), value, { min: 0, code: 'config' });
    return value;
  }

  /** The longest sequence: a whole number from 1 to 2³¹ - 1, since position ids are int32. */
  maxPositions(name: string, fallback?: number): number {
    return this.size(name, fallback, 2 ** 31 - 1);
  }

  /** The number of blocks: a whole number from 1 to 10,000, so that no config composes without end. */
  depth(name: string, fallback?: number): number {
    return this.size(name, fallback, maxBlocks);
  }

  /** A token id; undefined if the field is absent. */
  tokenId(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined || (Number.isInteger(value) && (value as number) >= -1)) return value as number | undefined;
    return this.refuse(name, value, 'the id of a token');
  }

  /** A finite number; undefined if the field is absent or null. */
  optionalNumber(name: string): number | undefined {
    return this.value(name) === undefined ? undefined : this.number(name);
  }

  /** A finite number. */
  number(name: string, fallback?: number): number {
    const value = this.value(name) ?? fallback;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    return this.refuse(name, value, 'a number');
  }

  /** True or false. */
  flag(name: string, fallback: boolean): boolean {
    const value = this.value(name) ?? fallback;
    return typeof value === 'boolean' ? value : this.refuse(name, value, 'true or false');
  }

  /** Dropout of a rate from 0 to below 1, `fallback` if it is absent; undefined if the rate is 0. */
  dropout(name: string, fallback = 0): Dropout | undefined {
    const rate = this.number(name, fallback);
    if (!(rate >= 0 && rate < 1)) return this.refuse(name, rate, 'a number from 0 to below 1');
    return rate > 0 ? dropout({ rate }) : undefined;
  }

  /** An activation by its name in published configs. */
  activation(name: string, fallback: string): AnyActivation {
    return this.activationNamed(name, this.value(name) ?? fallback);
  }

  /** The activation of this name; `field` is the config field for the error message. */
  activationNamed(field: string, value: unknown): AnyActivation {
    const activation = typeof value === 'string' && Object.hasOwn(activations, value) ? activations[value] : undefined;
    return activation ?? this.refuse(field, value, `one of ${Object.keys(activations).join(', ')}`);
  }

  /** Throws unless the field has this value or is absent. */
  expectValue(name: string, allowed: unknown): void {
    const value = this.value(name);
    if (value !== undefined && value !== allowed) this.refuse(name, value, `${showValue(allowed)} or absent`);
  }

  /** Throws if a field was not read and may change the results; `ignore` names fields that may stay unread. */
  refuseUnread(ignore: readonly string[] = []): void {
    const harmless = new Set([...ignoredFields, ...ignore]);
    const unknown = Object.entries(this.config)
      .filter(
        ([name, value]) => !this.readFields.has(name) && !harmless.has(name) && !name.startsWith('_') && value !== null,
      )
      .map(([name, value]) => `${shownName(name)}: ${showValue(value)}`);
    if (unknown.length === 0) return;
    const more = unknown.length - maxListed;
    const fields = more > 0 ? `${unknown.slice(0, maxListed).join(', ')} and ${more} more` : unknown.join(', ');
    throw new ResidualError(
      'config',
      `${this.family}: config fields are not understood and may change the numbers: ${fields}; if they do not, ` +
        'name them in ignoreConfig',
    );
  }

  /** Throws the error for a field value that the family does not support. */
  refuse(name: string, value: unknown, expected: string): never {
    expectValue(false, this.family, fieldNamed(name), value, expected, 'config');
  }
}

const maxBlocks = 10_000;

/** Longer lists of sizes are refused, so that no config composes without end. */
const maxListedSizes = 64;

/** How many unknown fields an error lists. */
const maxListed = 20;

function fieldNamed(name: string): string {
  return `config field ${shownName(name)}`;
}

/** The name of a field in a message, quoted and shortened unless it is a plain identifier. */
function shownName(name: string): string {
  return /^[\w.-]{1,80}$/.test(name) ? name : showValue(name);
}

/** Fields about storage, training, naming or sampling, which do not change the logits. */
const ignoredFields: readonly string[] = [
  'architectures',
  'model_type',
  'transformers_version',
  'torch_dtype',
  'dtype',
  'use_cache',
  'initializer_range',
  'bos_token_id',
  'eos_token_id',
  'pad_token_id',
  'sep_token_id',
  'decoder_start_token_id',
  'unk_token_id',
  'cls_token_id',
  'task_specific_params',
  'id2label',
  'label2id',
  'num_labels',
  'problem_type',
  'finetuning_task',
  'tokenizer_class',
  'prefix',
  'output_attentions',
  'output_hidden_states',
  'output_scores',
  'return_dict',
  'return_dict_in_generate',
  'torchscript',
  'use_bfloat16',
  'tf_legacy_loss',
  'gradient_checkpointing',
  'is_encoder_decoder',
  'is_decoder',
  'name_or_path',
  'license',
  'auto_map',
  'attn_implementation',
  'max_length',
  'min_length',
  'do_sample',
  'early_stopping',
  'num_beams',
  'num_beam_groups',
  'diversity_penalty',
  'temperature',
  'top_k',
  'top_p',
  'typical_p',
  'repetition_penalty',
  'length_penalty',
  'no_repeat_ngram_size',
  'encoder_no_repeat_ngram_size',
  'bad_words_ids',
  'num_return_sequences',
  'remove_invalid_values',
  'exponential_decay_length_penalty',
  'suppress_tokens',
  'begin_suppress_tokens',
  'forced_bos_token_id',
  'forced_eos_token_id',
  'chunk_size_feed_forward',
  'pruned_heads',
  'tie_encoder_decoder',
  'cross_attention_hidden_size',
  'transformers.js_config',
  'is_llama_config',
  'max_sequence_length',
  'model_max_length',
  'output_past',
  'predict_special_tokens',
  'unsloth_fixed',
  'unsloth_version',
];

import { expectOption } from './errors.js';
import type { SamplerOptions } from './options.js';

/** What a field may hold, by the words that its errors use. */
const forms = {
  number: (value: unknown) => Number.isFinite(value),
  'whole number, 0 or more': isCount,
  'token id (0, 1, 2, ...)': isCount,
  'token id (0, 1, 2, ...) or a list of them': (value: unknown) => isCount(value) || isList(isCount)(value),
  'list of token ids': (value: unknown) => isList(isCount)(value),
  'list of lists of token ids': (value: unknown) => isList(isList(isCount))(value),
  'list of pairs of token ids and a number': (value: unknown) => isList(isBias)(value),
  'pair of a whole number and a number': (value: unknown) => isList(Number.isFinite)(value) && value.length === 2,
  'flag, true or false': (value: unknown) => typeof value === 'boolean',
};
type Form = keyof typeof forms;

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isList(isMember: (member: unknown) => boolean): (value: unknown) => value is readonly unknown[] {
  return (value): value is readonly unknown[] => Array.isArray(value) && value.every(isMember);
}

function isBias(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const [ids, bias, ...more] = value;
  return (isCount(ids) || isList(isCount)(ids)) && typeof bias === 'number' && more.length === 0;
}

/** The field of the file, our option, what it holds, and the value that means "not used" (null always does). */
const settings: readonly (readonly [field: string, option: string, form: Form, off?: unknown])[] = [
  ['sequence_bias', 'sequenceBias', 'list of pairs of token ids and a number'],
  ['encoder_repetition_penalty', 'encoderRepetitionPenalty', 'number', 1],
  ['repetition_penalty', 'repetitionPenalty', 'number', 1],
  ['no_repeat_ngram_size', 'noRepeatNgramSize', 'whole number, 0 or more', 0],
  ['encoder_no_repeat_ngram_size', 'encoderNoRepeatNgramSize', 'whole number, 0 or more', 0],
  ['bad_words_ids', 'badWordsIds', 'list of lists of token ids'],
  ['forced_bos_token_id', 'forcedBosTokenId', 'token id (0, 1, 2, ...)'],
  ['suppress_tokens', 'suppressTokens', 'list of token ids'],
  ['begin_suppress_tokens', 'beginSuppressTokens', 'list of token ids'],
  ['renormalize_logits', 'renormalizeLogits', 'flag, true or false', false],
  ['eos_token_id', 'eosTokenId', 'token id (0, 1, 2, ...) or a list of them'],
];

/** More fields, for a config that names an end token. */
const eosSettings: typeof settings = [
  ['min_length', 'minLength', 'whole number, 0 or more', 0],
  ['min_new_tokens', 'minNewTokens', 'whole number, 0 or more', 0],
];

/** More fields, for a config that samples. */
const samplingSettings: typeof settings = [
  ['temperature', 'temperature', 'number'],
  ['top_h', 'topH', 'number'],
  ['top_k', 'topK', 'whole number, 0 or more', 0],
  ['top_p', 'topP', 'number', 1],
  ['min_p', 'minP', 'number'],
  ['typical_p', 'typicalP', 'number', 1],
  ['epsilon_cutoff', 'epsilonCutoff', 'number', 0],
  ['eta_cutoff', 'etaCutoff', 'number', 0],
];

/** Fields that would change the logits and have no processor here, with the value that means "not used". */
const unsupportedFields = [
  ['guidance_scale', 1],
  ['watermarking_config', null],
  ['penalty_alpha', 0],
  ['dola_layers', null],
  ['remove_invalid_values', false],
] as const;

/**
 * The options that a `generation_config.json` of Hugging Face transformers asks for; a caller's own options override
 * them. Greedy unless `do_sample`, and only what the file says: the reference adds `top_k` 50 to a file with
 * `do_sample` and no `top_k`. A forced end token needs a limit: `maxNewTokens` if given, else the file's
 * `max_new_tokens` or `max_length`; without any it is left out. The caller reads lengths, beams and stop strings
 * itself. Throws for a field that has no processor here and for a value of a wrong type.
 */
export function fromGenerationConfig(config: Readonly<Record<string, unknown>>, maxNewTokens?: number): SamplerOptions {
  for (const [name, off] of unsupportedFields) {
    const value = config[name] ?? off;
    expectOption(value === off, name, value, `${off} or not given; there is no processor for it`);
  }
  const read = (name: string, form: Form): unknown => {
    const value = config[name] ?? undefined;
    expectOption(value === undefined || forms[form](value), name, value, `a ${form}, in a generation_config.json`);
    return value;
  };
  const hasEnd = (config.eos_token_id ?? undefined) !== undefined;
  const isSampling = read('do_sample', 'flag, true or false') === true;
  const options: Record<string, unknown> = isSampling ? { temperature: 1 } : {};
  for (const [field, option, form, off] of [
    ...settings,
    ...(hasEnd ? eosSettings : []),
    ...(isSampling ? samplingSettings : []),
  ]) {
    const value = read(field, form) ?? off;
    const isEmpty = form === 'list of token ids' && (value as readonly number[] | undefined)?.length === 0;
    if (value !== off && !isEmpty) options[option] = value;
  }
  const decay = read('exponential_decay_length_penalty', 'pair of a whole number and a number');
  if (hasEnd && decay) {
    const [start, factor] = decay as readonly [number, number];
    options.exponentialDecayLengthPenalty = { start, factor };
  }
  const end = read('forced_eos_token_id', 'token id (0, 1, 2, ...) or a list of them');
  const newTokens = maxNewTokens ?? read('max_new_tokens', 'whole number, 0 or more');
  const length = read('max_length', 'whole number, 0 or more');
  if (end !== undefined && newTokens !== undefined) options.forcedEosTokenId = { tokens: end, maxNewTokens: newTokens };
  else if (end !== undefined && length) options.forcedEosTokenId = { tokens: end, maxLength: length };
  return options as SamplerOptions; // the tables above name the options; `sampler` checks their values
}

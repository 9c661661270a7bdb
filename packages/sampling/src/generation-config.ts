import { expectOption } from './errors.js';
import type { SamplerOptions } from './options.js';

/** Their name, our name, and the value by which they say "not used" (null always does). */
const settings = [
  ['sequence_bias', 'sequenceBias'],
  ['encoder_repetition_penalty', 'encoderRepetitionPenalty', 1],
  ['repetition_penalty', 'repetitionPenalty', 1],
  ['no_repeat_ngram_size', 'noRepeatNgram', 0],
  ['encoder_no_repeat_ngram_size', 'encoderNoRepeatNgram', 0],
  ['bad_words_ids', 'badWords'],
  ['forced_bos_token_id', 'forcedBos'],
  ['suppress_tokens', 'suppress'],
  ['begin_suppress_tokens', 'suppressAtBegin'],
  ['renormalize_logits', 'renormalize', false],
  ['eos_token_id', 'eos'],
] as const;

/** The same where something is known to end a row. */
const endSettings = [
  ['min_length', 'minLength', 0],
  ['min_new_tokens', 'minNewTokens', 0],
] as const;

/** The same where tokens are drawn. */
const drawSettings = [
  ['temperature', 'temperature'],
  ['top_h', 'topH'],
  ['top_k', 'topK', 0],
  ['top_p', 'topP', 1],
  ['min_p', 'minP'],
  ['typical_p', 'typicalP', 1],
  ['epsilon_cutoff', 'epsilonCutoff', 0],
  ['eta_cutoff', 'etaCutoff', 0],
] as const;

/** What would change the logits and has no processor here, with the value by which they say "not used". */
const missing = [
  ['guidance_scale', 1],
  ['watermarking_config', null],
  ['penalty_alpha', 0],
  ['dola_layers', null],
  ['remove_invalid_values', false],
] as const;

/**
 * The options that a `generation_config.json` of Hugging Face transformers asks for, to be overridden by those of a caller: greedy
 * unless `do_sample`, and only what the file says (the reference adds `top_k` 50 to a file with `do_sample` and no `top_k`). A
 * forced end needs to know the limit: `maxNewTokens` if given, else the file's `max_new_tokens` or `max_length`; with neither it
 * is left out. Lengths, beams and stop strings are the caller's to read. Throws for a setting that has no processor here.
 */
export function fromGenerationConfig(config: Readonly<Record<string, unknown>>, maxNewTokens?: number): SamplerOptions {
  for (const [name, off] of missing) {
    const value = config[name] ?? off;
    expectOption(value === off, name, value, `${off} or not given; there is no processor for it`);
  }
  const hasEnd = (config.eos_token_id ?? undefined) !== undefined;
  const draws = config.do_sample === true;
  const options: Record<string, unknown> = draws ? { temperature: 1 } : {};
  for (const [theirs, ours, off] of [...settings, ...(hasEnd ? endSettings : []), ...(draws ? drawSettings : [])]) {
    const value = config[theirs] ?? off;
    if (value !== off) options[ours] = value;
  }
  const decay = config.exponential_decay_length_penalty as readonly [number, number] | null | undefined;
  if (hasEnd && decay) options.exponentialDecayLengthPenalty = { start: decay[0], factor: decay[1] };
  const end = config.forced_eos_token_id ?? undefined;
  const newTokens = maxNewTokens ?? config.max_new_tokens ?? undefined;
  if (end !== undefined && newTokens !== undefined) options.forcedEos = { tokens: end, maxNewTokens: newTokens };
  else if (end !== undefined && config.max_length) options.forcedEos = { tokens: end, maxLength: config.max_length };
  return options as SamplerOptions; // names and pairs are those of the tables above; `sampler` checks the values
}

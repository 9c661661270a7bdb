import { ResidualError, showValue } from '@residual/tensor';
import type { GenerationConfig } from '../generate/options.js';

/** The special tokens of a speech model, as its configs name them. */
export interface SpeechTokens {
  /** The start token of every text. */
  readonly start: number;
  /** The token that says that a text has no times; undefined if the model writes none. */
  readonly noTimestamps: number | undefined;
  /** The token of the time 0; all later ones are times. Above every token if the model writes none. */
  readonly timestampBegin: number;
  /** How many steps after 0 the first time of a window may be; any number if undefined. */
  readonly maxInitialTimestampIndex: number | undefined;
  /** The token whose probability after the start token says that there is no speech. */
  readonly noSpeech: number | undefined;
  /** The token before the text so far; undefined if the model takes none. */
  readonly previousText: number | undefined;
  /** Language tokens by code, such as `en`; empty if the model knows one language. */
  readonly languages: ReadonlyMap<string, number>;
  /** Task tokens by name, `transcribe` and `translate`. */
  readonly tasks: ReadonlyMap<string, number>;
  /** False if the config says that the model knows one language only. */
  readonly isMultilingual: boolean;
  /** The tokens after the start token in older configs; null is a language to detect. */
  readonly forced: readonly (number | null)[];
  /** The heads of cross-attention that follow the sound, [block, head]; undefined if the config names none. */
  readonly alignmentHeads: readonly (readonly [block: number, head: number])[] | undefined;
}

/** The sizes that the values of the configs must fit. */
interface Limits {
  readonly vocab: number;
  readonly depth: number;
  readonly heads: number;
}

/**
 * Reads the special tokens of a speech model from its `generation_config.json` and `config.json`. Errors if a field has
 * another form, or an id that the model does not have.
 */
export function speechTokens(
  start: number,
  generationConfig: GenerationConfig,
  config: GenerationConfig,
  { vocab, depth, heads }: Limits,
): SpeechTokens {
  const field = (name: string) => generationConfig[name] ?? undefined;
  const isId = (value: unknown): value is number =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) < vocab;
  const id = (name: string) => {
    const value = field(name);
    return value === undefined || isId(value)
      ? (value as number | undefined)
      : refuse(name, value, 'the id of a token');
  };
  const ids = (name: string) => {
    const value = field(name) ?? {};
    const entries = typeof value === 'object' ? Object.entries(value as object) : [];
    const isTable = typeof value === 'object' && !Array.isArray(value) && entries.every(([, each]) => isId(each));
    return isTable ? (entries as [string, number][]) : refuse(name, value, 'ids by name');
  };
  const noTimestamps = id('no_timestamps_token_id');
  const suppressed = field('suppress_tokens');
  const fallback = Array.isArray(suppressed) && isId(suppressed.at(-2)) ? suppressed.at(-2) : undefined;
  return {
    start,
    noTimestamps,
    timestampBegin: noTimestamps === undefined ? vocab : noTimestamps + 1,
    maxInitialTimestampIndex: id('max_initial_timestamp_index'),
    noSpeech: noTimestamps === undefined || noTimestamps === 0 ? undefined : noTimestamps - 1,
    previousText: id('prev_sot_token_id') ?? (noTimestamps === undefined ? undefined : fallback),
    languages: new Map(ids('lang_to_id').map(([token, each]) => [codeOf(token), each])),
    tasks: new Map(ids('task_to_id')),
    isMultilingual: field('is_multilingual') !== false,
    forced: forcedTokens(field('forced_decoder_ids') ?? config.forced_decoder_ids ?? [], isId),
    alignmentHeads: alignmentHeads(field('alignment_heads'), depth, heads),
  };
}

/** The code in a language token: `en` of `<|en|>`. */
const codeOf = (token: string) => token.replace(/^<\|(.*)\|>$/, '$1');

/** The tokens that follow the start token, from pairs of position and id: those at 1, 2, and so on. */
function forcedTokens(value: unknown, isId: (value: unknown) => boolean): (number | null)[] {
  const isPair = (pair: unknown) =>
    Array.isArray(pair) && pair.length === 2 && Number.isInteger(pair[0]) && (pair[1] === null || isId(pair[1]));
  if (!Array.isArray(value) || !value.every(isPair))
    return refuse('forced_decoder_ids', value, 'a list of pairs of a position and the id of a token');
  const pairs = value as readonly (readonly [number, number | null])[];
  if (pairs[0]?.[0] !== 1) return [];
  if (pairs.some(([position], i) => position !== i + 1))
    return refuse('forced_decoder_ids', value, 'a list of the positions 1, 2, and so on');
  return pairs.map(([, token]) => token);
}

function alignmentHeads(value: unknown, depth: number, heads: number) {
  if (value === undefined) return undefined;
  const isIndex = (index: unknown, count: number) =>
    Number.isInteger(index) && (index as number) >= 0 && (index as number) < count;
  const isHead = (pair: unknown) =>
    Array.isArray(pair) && pair.length === 2 && isIndex(pair[0], depth) && isIndex(pair[1], heads);
  if (Array.isArray(value) && value.length > 0 && value.every(isHead)) return value as [number, number][];
  return refuse('alignment_heads', value, `a list of pairs of a block below ${depth} and a head below ${heads}`);
}

function refuse(name: string, value: unknown, wanted: string): never {
  throw new ResidualError('option', `transcribe: ${name} of the config is ${showValue(value)}; it must be ${wanted}`);
}

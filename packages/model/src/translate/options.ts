import { expectOptions, ResidualError } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import type { GenerateOptions, GenerationConfig } from '../generate-options.js';
import { translateNames } from '../option-names.js';
import type { SearchOptions } from '../search.js';
import { type Pieces, piecesOf } from './pieces.js';
import { reading, type Source } from './source.js';

/** Settings of a translation; those left out follow `generation_config.json`. */
export interface TranslateOptions extends Omit<SearchOptions, 'returned' | 'positions' | 'skipSpecialTokens'> {
  /** How many translations grow side by side; 1 takes the likeliest token each time (greedy). Where neither the call nor the file says: 1. */
  readonly beams?: number | undefined;
  /** What the model expects before each text, such as `translate English to French: ` for T5. */
  readonly prefix?: string | undefined;
  /** For models of several languages: as in their vocabulary (`fr_XX`, `__fr__`, `fra_Latn`), or its first part, `fr`. */
  readonly sourceLanguage?: string | undefined;
  /** The language that is written; as `sourceLanguage`. */
  readonly targetLanguage?: string | undefined;
  /** A line of more tokens, or of three sentences or more, is translated sentence by sentence; 40 if absent. A sentence over the model's positions is divided further. */
  readonly longest?: number | undefined;
  /** How many pieces are translated at once: for one text 1, so that it appears as it is written; for several 32 on a GPU, else as many as have 32 beams together. */
  readonly batch?: number | undefined;
  /** Whether the whole tells which words of the source each word looked at: one more pass over each piece. */
  readonly alignments?: boolean | undefined;
  /** Paths of taps whose tensors each step of a greedy translation carries; as in `generate`. */
  readonly taps?: readonly string[] | undefined;
  /** How many of the likeliest tokens each step of a greedy translation reports; as in `generate`. */
  readonly top?: number | undefined;
}

/** What settings are made from. */
export interface Translating {
  readonly tokenizer: Tokenizer;
  readonly generationConfig: GenerationConfig;
  /** So many tokens can be read, and written. */
  readonly positions: number;
  /** Whether a pass holds the event loop until it is computed. */
  readonly holdsLoop: boolean;
}

/** Settings, checked and complete. */
export interface TranslateSettings {
  readonly beams: number;
  readonly lengthPenalty: number;
  readonly batch: number;
  readonly alignments: boolean;
  readonly signal: AbortSignal | undefined;
  readonly read: (text: string) => Source;
  readonly divide: (text: string) => Pieces;
  /** For a greedy translation. */
  readonly greedy: GenerateOptions;
  /** For a search. */
  readonly search: SearchOptions;
}

/** Checks the options; errors for one that does not fit or would do nothing. `alone`: there is one text. */
export function translateSettings(
  { tokenizer, generationConfig, positions, holdsLoop }: Translating,
  options: TranslateOptions,
  alone: boolean,
): TranslateSettings {
  expectOptions('translate', options, translateNames);
  const { prefix, sourceLanguage, targetLanguage, longest = 40, alignments = false } = options;
  const { beams = fileNumber(generationConfig, 'num_beams') ?? 1, lengthPenalty, earlyStopping, groups } = options;
  expectWhole('beams', beams, 1);
  const { batch = alone ? 1 : Math.max(1, Math.floor(32 / (holdsLoop ? beams : 1))) } = options;
  const { diversityPenalty, taps, top, maxNewTokens: wanted, signal, ...others } = withoutOwn(options);
  expectWhole('batch', batch, 1);
  expectWhole('longest', longest, 1);
  const searching = { earlyStopping, groups, diversityPenalty };
  const useless = Object.entries(beams > 1 ? { taps, top } : searching).find(([, value]) => value !== undefined);
  if (useless) refuse(`${useless[0]} does nothing with ${beams} beam${beams > 1 ? 's' : ''}; leave it out`);
  const { read, forcedBos } = reading(tokenizer, { prefix, sourceLanguage, targetLanguage });
  const fileLimit = fileNumber(generationConfig, 'max_new_tokens') ?? fileNumber(generationConfig, 'max_length');
  const maxNewTokens = wanted ?? (fileLimit === undefined ? positions - 1 : undefined);
  const shared = definedOf({ forcedBos, ...others, maxNewTokens, signal });
  const divide = (text: string) =>
    piecesOf(text, {
      count: part => read(part).ids.length,
      longest,
      room: positions,
      language: languageOf(sourceLanguage),
    });
  return {
    beams,
    lengthPenalty: lengthPenalty ?? fileNumber(generationConfig, 'length_penalty') ?? 1,
    batch,
    alignments,
    signal,
    read,
    divide,
    greedy: { ...shared, ...definedOf({ taps, top }), temperature: 0 } as GenerateOptions,
    search: { ...shared, ...definedOf({ lengthPenalty, ...searching }), beams, returned: 1 } as SearchOptions,
  };
}

/** The options without those that are not for the processors. */
function withoutOwn({
  beams: _beams,
  lengthPenalty: _penalty,
  earlyStopping: _early,
  groups: _groups,
  prefix: _prefix,
  sourceLanguage: _from,
  targetLanguage: _to,
  longest: _longest,
  batch: _batch,
  alignments: _alignments,
  ...others
}: TranslateOptions) {
  return others;
}

const fileNumber = (config: GenerationConfig, name: string) =>
  typeof config[name] === 'number' ? (config[name] as number) : undefined;

/** The first part of a language token, which Intl knows: `fr` of `fr_XX`; undefined where it says nothing to Intl. */
function languageOf(language: string | undefined): string | undefined {
  return /^[_>]*([a-z]{2,3})(?![a-z])/.exec(language ?? '')?.[1];
}

const definedOf = (options: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

function expectWhole(name: string, value: number, least: number): void {
  if (!(Number.isInteger(value) && value >= least))
    refuse(`${name} is ${value}; it must be a whole number, ${least} or more`);
}

function refuse(what: string): never {
  throw new ResidualError('option', `translate: ${what}`);
}

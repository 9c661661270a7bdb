import { expectOptions, ResidualError } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import type { BeamSearchOptions } from '../generate/beam-search.js';
import { translateNames } from '../generate/option-names.js';
import type { GenerateOptions, GenerationConfig } from '../generate/options.js';
import { type SegmentedText, segmentsOf } from './segments.js';
import { type SourceTokens, sourceReader } from './source-reader.js';

/** Settings of a translation; those left out follow `generation_config.json`. */
export interface TranslateOptions
  extends Omit<BeamSearchOptions, 'numReturnSequences' | 'maxLength' | 'skipSpecialTokens'> {
  /** How many translations grow side by side; 1 takes the likeliest token each time (greedy). Where neither the call nor the file says: 1. */
  readonly numBeams?: number | undefined;
  /** What the model expects before each text, such as `translate English to French: ` for T5. */
  readonly prefix?: string | undefined;
  /** For models of several languages: as in their vocabulary (`fr_XX`, `__fr__`, `fra_Latn`), or its first part, `fr`. */
  readonly sourceLanguage?: string | undefined;
  /** The language that is written; as `sourceLanguage`. */
  readonly targetLanguage?: string | undefined;
  /** A line of more tokens, or of three sentences or more, is translated sentence by sentence; 40 if absent. A sentence over the model's positions is divided further. */
  readonly maxSegmentTokens?: number | undefined;
  /** How many pieces are translated at once: for one text 1, so that it appears as it is written; for several 32 on a GPU, else as many as have 32 beams together. */
  readonly batch?: number | undefined;
  /** Whether the whole tells which words of the source each word looked at: one more pass over each piece. */
  readonly alignments?: boolean | undefined;
  /** Paths of taps whose tensors each step of a greedy translation carries; as in `generate`. */
  readonly taps?: readonly string[] | undefined;
  /** How many of the likeliest tokens each step of a greedy translation reports; as in `generate`. */
  readonly topLogprobs?: number | undefined;
}

/** What settings are made from. */
export interface TranslateContext {
  readonly tokenizer: Tokenizer;
  readonly generationConfig: GenerationConfig;
  /** So many tokens can be read, and written. */
  readonly maxPositions: number;
  /** Whether a pass holds the event loop until it is computed. */
  readonly blocksEventLoop: boolean;
}

/** Settings, checked and complete. */
export interface TranslateSettings {
  readonly numBeams: number;
  readonly lengthPenalty: number;
  readonly batch: number;
  readonly alignments: boolean;
  readonly signal: AbortSignal | undefined;
  readonly read: (text: string) => SourceTokens;
  readonly split: (text: string) => SegmentedText;
  /** For a greedy translation. */
  readonly greedy: GenerateOptions;
  /** For a search. */
  readonly beamSearch: BeamSearchOptions;
}

/** Checks the options; errors for one that does not fit or would do nothing. `alone`: there is one text. */
export function translateSettings(
  { tokenizer, generationConfig, maxPositions, blocksEventLoop }: TranslateContext,
  options: TranslateOptions,
  alone: boolean,
): TranslateSettings {
  expectOptions('translate', options, translateNames);
  const { prefix, sourceLanguage, targetLanguage, maxSegmentTokens = 40, alignments = false } = options;
  const {
    numBeams = fileNumber(generationConfig, 'num_beams') ?? 1,
    lengthPenalty,
    earlyStopping,
    numBeamGroups,
  } = options;
  expectInteger('numBeams', numBeams, 1);
  const { batch = alone ? 1 : Math.max(1, Math.floor(32 / (blocksEventLoop ? numBeams : 1))) } = options;
  const { diversityPenalty, taps, topLogprobs, maxNewTokens: wanted, signal, ...others } = processorOptions(options);
  expectInteger('batch', batch, 1);
  expectInteger('maxSegmentTokens', maxSegmentTokens, 1);
  const searchOptions = { earlyStopping, numBeamGroups, diversityPenalty };
  const unused = Object.entries(numBeams > 1 ? { taps, topLogprobs } : searchOptions).find(
    ([, value]) => value !== undefined,
  );
  if (unused) refuse(`${unused[0]} does nothing with ${numBeams} beam${numBeams > 1 ? 's' : ''}; leave it out`);
  const { read, forcedBosTokenId } = sourceReader(tokenizer, { prefix, sourceLanguage, targetLanguage });
  const fileLimit = fileNumber(generationConfig, 'max_new_tokens') ?? fileNumber(generationConfig, 'max_length');
  const maxNewTokens = wanted ?? (fileLimit === undefined ? maxPositions - 1 : undefined);
  const shared = definedOf({ forcedBosTokenId, ...others, maxNewTokens, signal });
  const split = (text: string) =>
    segmentsOf(text, {
      count: part => read(part).ids.length,
      maxSegmentTokens,
      maxPositions,
      language: languageOf(sourceLanguage),
    });
  return {
    numBeams,
    lengthPenalty: lengthPenalty ?? fileNumber(generationConfig, 'length_penalty') ?? 1,
    batch,
    alignments,
    signal,
    read,
    split,
    greedy: { ...shared, ...definedOf({ taps, topLogprobs }), temperature: 0 } as GenerateOptions,
    beamSearch: {
      ...shared,
      ...definedOf({ lengthPenalty, ...searchOptions }),
      numBeams,
      numReturnSequences: 1,
    } as BeamSearchOptions,
  };
}

/** The options without those that are not for the processors. */
function processorOptions({
  numBeams: _beams,
  lengthPenalty: _penalty,
  earlyStopping: _early,
  numBeamGroups: _groups,
  prefix: _prefix,
  sourceLanguage: _from,
  targetLanguage: _to,
  maxSegmentTokens: _longest,
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

function expectInteger(name: string, value: number, least: number): void {
  if (!(Number.isInteger(value) && value >= least))
    refuse(`${name} is ${value}; it must be a whole number, ${least} or more`);
}

function refuse(what: string): never {
  throw new ResidualError('option', `translate: ${what}`);
}

import { expectInteger } from '@residual/base';
import type { GrammarOptions } from '@residual/grammar';
import { expectCacheForm, expectOptions, ResidualError } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import { definedOptions } from '../arguments.js';
import type { BeamSearchOptions } from '../generate/beam-search.js';
import { translateNames } from '../generate/option-names.js';
import type { GenerateOptions, GenerationConfig } from '../generate/options.js';
import type { LoadedModel } from '../loaded-model.js';
import { type SegmentedText, segmentsOf } from './segments.js';
import { type SourceTokens, sourceReader } from './source-reader.js';

/** The options of `translate`; options left out follow `generation_config.json`. */
export interface TranslateOptions
  extends Omit<BeamSearchOptions, 'numReturnSequences' | 'maxLength' | 'skipSpecialTokens' | keyof GrammarOptions> {
  /** How many beams the search keeps; 1 is greedy. Default as in `generation_config.json`, else 1. */
  readonly numBeams?: number | undefined;
  /** Text that the model expects before each source, such as `translate English to French: ` for T5. */
  readonly prefix?: string | undefined;
  /** For multilingual models: a language token (`fr_XX`, `__fr__`, `fra_Latn`) or its code, `fr`. */
  readonly sourceLanguage?: string | undefined;
  /** The language of the translation, in the same form as `sourceLanguage`. */
  readonly targetLanguage?: string | undefined;
  /**
   * A line of more tokens, or of three sentences or more, is translated sentence by sentence; default 40. A sentence
   * longer than the positions of the model is split further.
   */
  readonly maxSegmentTokens?: number | undefined;
  /**
   * How many segments are translated at once. Default: 1 for a single text, so that it appears while it is translated;
   * for several texts 32 on a GPU, else as many as have 32 beams together.
   */
  readonly batch?: number | undefined;
  /** Whether the result has word alignments; takes one more pass over each segment. */
  readonly alignments?: boolean | undefined;
  /** Paths of taps whose tensors each step of a greedy translation contains, as in `generate`. */
  readonly taps?: readonly string[] | undefined;
  /** How many of the most likely tokens each step of a greedy translation reports, as in `generate`. */
  readonly topLogprobs?: number | undefined;
}

/** The options, checked and with defaults. */
export interface TranslateSettings {
  readonly numBeams: number;
  readonly lengthPenalty: number;
  readonly batch: number;
  readonly alignments: boolean;
  readonly signal: AbortSignal | undefined;
  readonly read: (text: string) => SourceTokens;
  readonly split: (text: string) => SegmentedText;
  /** The options of a greedy translation. */
  readonly greedy: GenerateOptions;
  /** The options of a beam search. */
  readonly beamSearch: BeamSearchOptions;
}

/**
 * Checks the options and fills in defaults; `isSingle`: a single text, which is streamed. Throws for a value out of
 * range and for an option without effect.
 */
export function translateSettings(
  { generationConfig, maxPositions, fixedShapes }: LoadedModel,
  tokenizer: Tokenizer,
  options: TranslateOptions,
  isSingle: boolean,
): TranslateSettings {
  expectOptions('translate', options, translateNames);
  const { prefix, sourceLanguage, targetLanguage, maxSegmentTokens = 40, alignments = false } = options;
  const {
    numBeams = fileNumber(generationConfig, 'num_beams') ?? 1,
    lengthPenalty,
    earlyStopping,
    numBeamGroups,
  } = options;
  expectInteger('translate', 'numBeams', numBeams, { min: 1 });
  if (options.cache !== undefined) expectCacheForm('translate', options.cache);
  const { batch = isSingle ? 1 : Math.max(1, Math.floor(32 / (fixedShapes ? 1 : numBeams))) } = options;
  const { diversityPenalty, taps, topLogprobs, maxNewTokens: requested, signal, ...others } = processorOptions(options);
  expectInteger('translate', 'batch', batch, { min: 1 });
  expectInteger('translate', 'maxSegmentTokens', maxSegmentTokens, { min: 1 });
  const searchOptions = { earlyStopping, numBeamGroups, diversityPenalty };
  const unused = Object.entries(numBeams > 1 ? { taps, topLogprobs } : searchOptions).find(
    ([, value]) => value !== undefined,
  );
  if (unused) refuse(`${unused[0]} does nothing with ${numBeams} beam${numBeams > 1 ? 's' : ''}; leave it out`);
  const { read, forcedBosTokenId } = sourceReader(tokenizer, { prefix, sourceLanguage, targetLanguage });
  const fileLimit = fileNumber(generationConfig, 'max_new_tokens') ?? fileNumber(generationConfig, 'max_length');
  const maxNewTokens = requested ?? (fileLimit === undefined ? maxPositions - 1 : undefined);
  const sharedOptions = definedOptions({ forcedBosTokenId, ...others, maxNewTokens, signal });
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
    greedy: { ...sharedOptions, ...definedOptions({ taps, topLogprobs }), temperature: 0 } as GenerateOptions,
    beamSearch: {
      ...sharedOptions,
      ...definedOptions({ lengthPenalty, ...searchOptions }),
      numBeams,
      numReturnSequences: 1,
    } as BeamSearchOptions,
  };
}

/** The options without those that only `translate` and the beam search read. */
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

/** The language code of a language token for Intl, such as `fr` of `fr_XX`; undefined if it has none. */
function languageOf(language: string | undefined): string | undefined {
  return /^[_>]*([a-z]{2,3})(?![a-z])/.exec(language ?? '')?.[1];
}

function refuse(what: string): never {
  throw new ResidualError('option', `translate: ${what}`);
}

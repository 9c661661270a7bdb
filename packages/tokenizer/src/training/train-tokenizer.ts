import { failInput } from '../errors.js';
import { tokenizerFromJson } from '../formats/json/load.js';
import {
  type BpeTrainerOptions,
  type LearnedPair,
  type TrainedMerges,
  trainBpe,
} from '../models/bpe/trainer/train-bpe.js';
import { trainUnigram, type UnigramTrainerOptions } from '../models/unigram/trainer/train-unigram.js';
import type { Tokenizer } from '../tokenizer.js';
import { countWords, type WordCounts } from './count-words.js';
import { type PipelineConfig, type TrainingPreset, type TrainKind, trainingPresets } from './presets.js';
import { Scheduler, type TrainProgress } from './scheduler.js';

/** A special token: its content, or its content with the flags of an added token. */
export type SpecialToken =
  | string
  | {
      readonly content: string;
      readonly singleWord?: boolean;
      readonly lstrip?: boolean;
      readonly rstrip?: boolean;
      readonly normalized?: boolean;
    };

interface CommonOptions extends PipelineConfig {
  /** The number of tokens, including special tokens. */
  readonly vocabSize: number;
  /** The first tokens of the vocabulary, in this order. Default: those of the kind. */
  readonly specialTokens?: readonly SpecialToken[];
  /** The unknown token; null: none. Default: that of the kind. */
  readonly unkToken?: string | null;
  /** Aborts the training; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called regularly with the progress. */
  readonly onProgress?: (progress: TrainProgress) => void;
}

/** A merge that has just been learned, and the tokenizer so far. */
export interface LearnedMerge extends Omit<LearnedPair, 'trained'> {
  /** Makes the tokenizer that has the tokens and merges so far. */
  readonly tokenizer: () => Tokenizer;
}

interface MergeOptions extends BpeTrainerOptions {
  /** Called at each merge. Training waits for its promise, so that a page can show the merges at its own pace. */
  readonly onMerge?: (merge: LearnedMerge) => Promise<void> | void;
}

/** Options of {@link trainTokenizer}. The README lists the defaults of each kind. */
export type TrainOptions =
  | (CommonOptions & MergeOptions & { readonly kind: 'byte-level-bpe' | 'bpe' })
  | (CommonOptions & MergeOptions & { readonly kind: 'wordpiece'; readonly maxInputCharsPerWord?: number })
  | (CommonOptions & UnigramTrainerOptions & { readonly kind: 'unigram' });

/**
 * Trains a tokenizer on texts, which may arrive one by one and are not kept. BPE and WordPiece give the same tokens as
 * the reference's trainers for the same texts and settings; Unigram follows the reference's algorithm. Throws `input`
 * if there are no words or an option does not fit.
 */
export async function trainTokenizer(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainOptions,
): Promise<Tokenizer> {
  const preset = presetOf(options);
  const special = (options.specialTokens ?? preset.specialTokens).map(specialTokenToJson);
  const pipelineConfig = {
    normalizer: orDefault(options.normalizer, preset.normalizer),
    pre_tokenizer: orDefault(options.preTokenizer, preset.preTokenizer),
    post_processor: orDefault(options.postProcessor, preset.postProcessor),
    decoder: orDefault(options.decoder, preset.decoder),
  };
  checkVocabSize(options.vocabSize);
  const empty = { type: 'BPE', vocab: {}, merges: [] };
  const { parts } = tokenizerFromJson({ ...pipelineConfig, post_processor: null, model: empty });
  const scheduler = new Scheduler(options.signal, options.onProgress);
  const { words, texts: count } = await countWords(texts, parts, scheduler);
  if (words.size === 0) failInput(`trainTokenizer: ${count} texts hold 0 words; at least 1 is needed`);
  const contents = special.map(token => token.content);
  const tokenizerOf = ({ model, tokens }: TrainedModel) => {
    const added_tokens = special.map(token => ({ id: tokens.indexOf(token.content), ...token }));
    return tokenizerFromJson({ added_tokens, ...pipelineConfig, model });
  };
  return tokenizerOf(await trainModel(words, options, preset, contents, scheduler, tokenizerOf));
}

/** The model as `tokenizer.json` describes it, and its tokens by id. */
interface TrainedModel {
  readonly model: object;
  readonly tokens: readonly string[];
}

async function trainModel(
  words: WordCounts,
  options: TrainOptions,
  preset: TrainingPreset,
  special: readonly string[],
  scheduler: Scheduler,
  tokenizerOf: (trained: TrainedModel) => Tokenizer,
): Promise<TrainedModel> {
  const unkToken = orDefault(options.unkToken, preset.unkToken);
  if (options.kind === 'unigram') {
    const first = unkToken === null || special.includes(unkToken) ? special : [unkToken, ...special];
    const pieces = await trainUnigram(words, options.vocabSize, first.length, options, scheduler);
    const vocab = [...first.map(token => [token, 0] as const), ...pieces.filter(([text]) => !first.includes(text))];
    const tokens = vocab.map(([token]) => token);
    const unk_id = unkToken === null ? null : tokens.indexOf(unkToken);
    return { model: { type: 'Unigram', unk_id, vocab, byte_fallback: false }, tokens };
  }
  const { initialAlphabet = preset.initialAlphabet, continuingSubwordPrefix = preset.continuingSubwordPrefix } =
    options;
  const settings = {
    ...options,
    ...(initialAlphabet && { initialAlphabet }),
    ...(continuingSubwordPrefix && { continuingSubwordPrefix }),
  };
  const sorted = continuingSubwordPrefix || options.endOfWordSuffix ? sortWords(words) : words;
  const modelOf = (trained: TrainedMerges) => mergingModel(trained, settings, unkToken);
  const { onMerge } = options;
  const onPair =
    onMerge &&
    (({ trained, ...pair }: LearnedPair) => onMerge({ ...pair, tokenizer: () => tokenizerOf(modelOf(trained())) }));
  return modelOf(await trainBpe(sorted, options.vocabSize, special, settings, scheduler, onPair));
}

/** The model of learned tokens and merges. */
function mergingModel(
  { tokens, merges }: TrainedMerges,
  options: Exclude<TrainOptions, { kind: 'unigram' }>,
  unkToken: string | null,
): TrainedModel {
  const { continuingSubwordPrefix } = options;
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  if (options.kind === 'wordpiece') {
    const model = {
      type: 'WordPiece',
      unk_token: unkToken ?? '[UNK]',
      continuing_subword_prefix: continuingSubwordPrefix ?? '',
      max_input_chars_per_word: options.maxInputCharsPerWord ?? 100,
      vocab,
    };
    return { model, tokens };
  }
  const model = {
    type: 'BPE',
    unk_token: unkToken,
    continuing_subword_prefix: continuingSubwordPrefix ?? null,
    end_of_word_suffix: options.endOfWordSuffix ?? null,
    vocab,
    merges: merges.map(pair => pair.map(id => tokens[id]!)),
  };
  return { model, tokens };
}

/** The words sorted by their UTF-16 units. */
const sortWords = (words: WordCounts): WordCounts =>
  new Map([...words.keys()].sort().map(word => [word, words.get(word)!]));

/** The defaults of a kind. An unknown kind is an error that lists the known ones. */
function presetOf({ kind }: { readonly kind: TrainKind }): TrainingPreset {
  if (Object.hasOwn(trainingPresets, kind)) return trainingPresets[kind]();
  return failInput(
    `trainTokenizer: kind "${String(kind)}" is unknown; known are ${Object.keys(trainingPresets).join(', ')}`,
  );
}

/** The value of an option, or its default. */
const orDefault = <T>(value: T | null | undefined, fallback: T | null | undefined): T | null =>
  value === undefined ? (fallback ?? null) : value;

function specialTokenToJson(token: SpecialToken) {
  const { content, singleWord, lstrip, rstrip, normalized } = typeof token === 'string' ? { content: token } : token;
  return {
    content,
    single_word: singleWord ?? false,
    lstrip: lstrip ?? false,
    rstrip: rstrip ?? false,
    normalized: normalized ?? false,
    special: true,
  };
}

function checkVocabSize(size: number): void {
  if (Number.isSafeInteger(size) && size > 0) return;
  failInput(`trainTokenizer: vocabSize must be a whole number from 1, it is ${size}`);
}

import { failInput } from '../errors.js';
import { tokenizerFromJson } from '../load.js';
import type { Tokenizer } from '../tokenizer.js';
import { countWords, type WordCounts } from './count-words.js';
import { Pace, type TrainProgress } from './pace.js';
import { type Recipe, recipes, type Surroundings, type TrainKind } from './recipes.js';
import { type MergeOptions, trainMerges } from './train-merges.js';
import { trainUnigram, type UnigramOptions } from './unigram/train-unigram.js';

/** A special token: its content, or that and how it is found in texts. */
export type SpecialToken =
  | string
  | {
      readonly content: string;
      readonly singleWord?: boolean;
      readonly stripLeft?: boolean;
      readonly stripRight?: boolean;
      readonly normalized?: boolean;
    };

interface CommonOptions extends Surroundings {
  /** How many tokens there are to be, special ones included. */
  readonly size: number;
  /** The first tokens of the vocabulary, in this order. Default: as usual for the kind. */
  readonly specialTokens?: readonly SpecialToken[];
  /** The token for what the vocabulary does not hold; null: none. Default: as usual for the kind. */
  readonly unknownToken?: string | null;
  /** Ends the training; the promise is rejected with its reason. */
  readonly signal?: AbortSignal;
  /** Told now and then how far it is. */
  readonly onProgress?: (progress: TrainProgress) => void;
}

/** What is trained and how; what a kind is made of by default is in the README. */
export type TrainOptions =
  | (CommonOptions & MergeOptions & { readonly kind: 'byte-level-bpe' | 'bpe' })
  | (CommonOptions & MergeOptions & { readonly kind: 'wordpiece'; readonly maxInputCharsPerWord?: number })
  | (CommonOptions & UnigramOptions & { readonly kind: 'unigram' });

/**
 * Trains a tokenizer on texts, which may come one by one and are not kept. Byte-pair encodings and WordPiece are what the reference's
 * trainers make of the same texts and settings; Unigram follows the reference's algorithm.
 */
export async function trainTokenizer(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainOptions,
): Promise<Tokenizer> {
  const recipe = recipeOf(options);
  const special = (options.specialTokens ?? recipe.specialTokens).map(writtenSpecial);
  const surroundings = {
    normalizer: pick(options.normalizer, recipe.normalizer),
    pre_tokenizer: pick(options.preTokenizer, recipe.preTokenizer),
    post_processor: pick(options.postProcessor, recipe.postProcessor),
    decoder: pick(options.decoder, recipe.decoder),
  };
  checkSize(options.size);
  const empty = { type: 'BPE', vocab: {}, merges: [] };
  const { parts } = tokenizerFromJson({ ...surroundings, post_processor: null, model: empty });
  const pace = new Pace(options.signal, options.onProgress);
  const { words, texts: count } = await countWords(texts, parts, pace);
  if (words.size === 0) failInput(`trainTokenizer: ${count} texts hold 0 words; at least 1 is needed`);
  const contents = special.map(token => token.content);
  const { model, tokens } = await trainedModel(words, options, recipe, contents, pace);
  const added_tokens = special.map(token => ({ id: tokens.indexOf(token.content), ...token }));
  return tokenizerFromJson({ added_tokens, ...surroundings, model });
}

async function trainedModel(
  words: WordCounts,
  options: TrainOptions,
  recipe: Recipe,
  special: readonly string[],
  pace: Pace,
): Promise<{ model: object; tokens: readonly string[] }> {
  const unknownToken = pick(options.unknownToken, recipe.unknownToken);
  if (options.kind === 'unigram') {
    const first = unknownToken === null || special.includes(unknownToken) ? special : [unknownToken, ...special];
    const pieces = await trainUnigram(words, options.size, first.length, options, pace);
    const vocab = [...first.map(token => [token, 0] as const), ...pieces.filter(([text]) => !first.includes(text))];
    const tokens = vocab.map(([token]) => token);
    const unk_id = unknownToken === null ? null : tokens.indexOf(unknownToken);
    return { model: { type: 'Unigram', unk_id, vocab, byte_fallback: false }, tokens };
  }
  const { initialAlphabet = recipe.initialAlphabet, continuingSubwordPrefix = recipe.continuingSubwordPrefix } =
    options;
  const settings = {
    ...options,
    ...(initialAlphabet && { initialAlphabet }),
    ...(continuingSubwordPrefix && { continuingSubwordPrefix }),
  };
  const sorted = continuingSubwordPrefix || options.endOfWordSuffix ? inOrder(words) : words;
  const { tokens, merges } = await trainMerges(sorted, options.size, special, settings, pace);
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  if (options.kind === 'wordpiece') {
    const model = {
      type: 'WordPiece',
      unk_token: unknownToken ?? '[UNK]',
      continuing_subword_prefix: continuingSubwordPrefix ?? '',
      max_input_chars_per_word: options.maxInputCharsPerWord ?? 100,
      vocab,
    };
    return { model, tokens };
  }
  const model = {
    type: 'BPE',
    unk_token: unknownToken,
    continuing_subword_prefix: continuingSubwordPrefix ?? null,
    end_of_word_suffix: options.endOfWordSuffix ?? null,
    vocab,
    merges: merges.map(pair => pair.map(id => tokens[id]!)),
  };
  return { model, tokens };
}

/** Words in the order of their UTF-16 units. */
const inOrder = (words: WordCounts): WordCounts =>
  new Map([...words.keys()].sort().map(word => [word, words.get(word)!]));

/** The recipe of a kind; an unknown kind is an error that names the known ones. */
function recipeOf({ kind }: { readonly kind: TrainKind }): Recipe {
  if (Object.hasOwn(recipes, kind)) return recipes[kind]();
  return failInput(`trainTokenizer: kind "${String(kind)}" is unknown; known are ${Object.keys(recipes).join(', ')}`);
}

/** What is asked for, or what is usual. */
const pick = <T>(asked: T | null | undefined, usual: T | null | undefined): T | null =>
  asked === undefined ? (usual ?? null) : asked;

function writtenSpecial(token: SpecialToken) {
  const { content, singleWord, stripLeft, stripRight, normalized } =
    typeof token === 'string' ? { content: token } : token;
  return {
    content,
    single_word: singleWord ?? false,
    lstrip: stripLeft ?? false,
    rstrip: stripRight ?? false,
    normalized: normalized ?? false,
    special: true,
  };
}

function checkSize(size: number): void {
  if (Number.isSafeInteger(size) && size > 0) return;
  failInput(`trainTokenizer: size must be a whole number from 1, it is ${size}`);
}

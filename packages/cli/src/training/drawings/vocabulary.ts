import { normalValues } from '@residual/base';
import type { Tokenizer } from '@residual/tokenizer';
import type { StrokeTokenizer } from '@residual/vision';
import type { WordVectors } from '@residual/word-vectors';
import { wordLevelTokenizer, wordsOf, wordTable } from '../images/vocabulary.js';

/** The words that a model reads behind the tokens of drawings, with a vector each. */
export interface DrawingWords {
  /** The first is `[UNK]`, an unknown word, whose vector is 0. */
  readonly words: readonly string[];
  /** [words, dim]. */
  readonly values: Float32Array;
  readonly dim: number;
}

/** The length of all vectors, as in `wordTable`. */
const vectorLength = Math.sqrt(10);

/**
 * The `count` most frequent words of the vectors, and those of the categories. A category of which no word has a vector
 * gets one of its own at random, for its first word.
 */
export function drawingWords(vectors: WordVectors, categories: readonly string[], count: number): DrawingWords {
  const concepts = categories.map(name => ({ kind: 'drawing', name, texts: [name] }) as const);
  const { words, values, dim } = wordTable(vectors, concepts, count);
  const known = new Set(words);
  const missing = categories.map(wordsOf).flatMap(own => (own.some(word => known.has(word)) ? [] : own.slice(0, 1)));
  const own = [...new Set(missing)].flatMap(word => [...randomVector(word, dim)]);
  const table = Float32Array.from([...values.subarray(dim), ...own]); // without `[PAD]`
  return { words: ['[UNK]', ...words.slice(2), ...new Set(missing)], values: table, dim };
}

/** A vector that depends on a word alone. */
function randomVector(word: string, dim: number): Float32Array {
  const vector = normalValues(0, word, dim);
  const norm = Math.hypot(...vector);
  return vector.map(value => (value * vectorLength) / norm);
}

/** The tokenizer of a model that draws: the tokens of drawings, then words; the start of a drawing follows a text. */
export function drawingTokenizer(
  { names, eosTokenId, bosTokenId }: StrokeTokenizer,
  { words }: DrawingWords,
): Tokenizer {
  const [end, start] = [names[eosTokenId]!, names[bosTokenId]!];
  return wordLevelTokenizer([...names, ...words], ['[UNK]', end, start], start);
}

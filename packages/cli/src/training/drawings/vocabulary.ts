import type { Tokenizer } from '@residual/tokenizer';
import type { StrokeTokenizer } from '@residual/vision';
import type { WordVectors } from '@residual/word-vectors';
import { wordLevelTokenizer, wordTable } from '../images/vocabulary.js';

/** The words that a model reads behind the tokens of drawings, with a vector each. */
export interface DrawingWords {
  /** The first is `[UNK]`, an unknown word, whose vector is 0. */
  readonly words: readonly string[];
  /** [words, dim]. */
  readonly values: Float32Array;
  readonly dim: number;
}

/** The `count` most frequent words of the vectors, and those of the categories. */
export function drawingWords(vectors: WordVectors, categories: readonly string[], count: number): DrawingWords {
  const concepts = categories.map(name => ({ kind: 'drawing', name, texts: [name] }) as const);
  const { words, values, dim } = wordTable(vectors, concepts, count);
  return { words: ['[UNK]', ...words.slice(2)], values: values.subarray(dim), dim }; // without `[PAD]`
}

/** The tokenizer of a model that draws: the tokens of drawings, then words; the start of a drawing follows a text. */
export function drawingTokenizer(
  { names, eosTokenId, bosTokenId }: StrokeTokenizer,
  { words }: DrawingWords,
): Tokenizer {
  const [end, start] = [names[eosTokenId]!, names[bosTokenId]!];
  return wordLevelTokenizer([...names, ...words], ['[UNK]', end, start], start);
}

import { type Tokenizer, tokenizerFromJson } from '@residual/tokenizer';
import { rowVector, type WordVectors } from '@residual/word-vectors';
import type { Concept } from './picture-sets.js';

/** The words of a model with a vector each. */
export interface WordTable {
  /** The first two are `[UNK]`, an unknown word, and `[PAD]`, padding; their vectors are 0. */
  readonly words: readonly string[];
  /** [words, dim]. */
  readonly values: Float32Array;
  readonly dim: number;
}

/** The length of all vectors. */
const vectorLength = Math.sqrt(10);

/** The words of a text as the tokenizer of `wordTokenizer` splits it. */
export const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .replaceAll('’', "'")
    .match(/[a-z0-9']+/g) ?? [];

/**
 * The `count` most frequent words of the vectors and all words of the concepts, with their vectors: centred by the mean
 * of the frequent ones, and all of one length. A word without a vector has that of its two parts, of the word without
 * its ending, or the mean of the other words of its concept.
 */
export function wordTable(vectors: WordVectors, concepts: readonly Concept[], count: number): WordTable {
  const { dims: dim } = vectors;
  const frequent = vectors.words.slice(0, count);
  const mean = meanOf(
    frequent.map((_, row) => rowVector(vectors, row)),
    dim,
  );
  const known = (word: string): Float64Array | undefined => {
    const row = vectors.rows.get(word);
    return row === undefined ? undefined : ofLength(rowVector(vectors, row).map((value, i) => value - mean[i]!));
  };
  const table = new Map<string, Float64Array>(frequent.flatMap(word => [[word, known(word)!] as const]));
  const isFrequent = (word: string) => (vectors.rows.get(word) ?? count) < count;
  for (const { kind, texts } of concepts) {
    const words = texts.flatMap(wordsOf);
    for (const word of words) {
      if (table.has(word)) continue;
      const others = kind === 'emoji' ? words.flatMap(other => known(other) ?? []) : [];
      const vector = known(word) ?? ofParts(word, known, isFrequent) ?? ofStem(word, known) ?? sumOf(others);
      if (vector) table.set(word, vector);
    }
  }
  const words = ['[UNK]', '[PAD]', ...table.keys()];
  const values = new Float32Array(words.length * dim);
  for (const [i, vector] of [...table.values()].entries()) values.set(vector, (i + 2) * dim);
  return { words, values, dim };
}

/** The tokenizer of a table: lower case, words of letters, digits and apostrophes. */
export function wordTokenizer({ words }: Pick<WordTable, 'words'>): Tokenizer {
  return wordLevelTokenizer(words, ['[UNK]', '[PAD]']);
}

/**
 * A tokenizer of whole words in lower case, whose ids are their indices; an unknown word becomes `[UNK]`. The token
 * `ending`, if there is one, follows each text.
 */
export function wordLevelTokenizer(tokens: readonly string[], special: readonly string[], ending?: string): Tokenizer {
  const added = special.map(content => ({
    ...{ id: tokens.indexOf(content), content, single_word: false, lstrip: false, rstrip: false },
    ...{ normalized: false, special: true },
  }));
  return tokenizerFromJson({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added.sort((a, b) => a.id - b.id),
    normalizer: {
      type: 'Sequence',
      normalizers: [{ type: 'Lowercase' }, { type: 'Replace', pattern: { String: '’' }, content: "'" }],
    },
    pre_tokenizer: { type: 'Split', pattern: { Regex: "[a-z0-9']+" }, behavior: 'Removed', invert: true },
    post_processor: ending === undefined ? null : templateEndingWith(ending, tokens.indexOf(ending)),
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(tokens.map((word, id) => [word, id])),
      unk_token: '[UNK]',
    },
  });
}

/** The template of texts that a special token follows. */
function templateEndingWith(token: string, id: number) {
  const text = (name: 'A' | 'B') => ({ Sequence: { id: name, type_id: 0 } });
  const end = { SpecialToken: { id: token, type_id: 0 } };
  return {
    type: 'TemplateProcessing',
    single: [text('A'), end],
    pair: [text('A'), text('B'), end],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  };
}

/** The sum of two frequent words of three letters or more that make up a word. */
function ofParts(
  word: string,
  known: (word: string) => Float64Array | undefined,
  isFrequent: (word: string) => boolean,
) {
  for (let at = 3; at < word.length - 2; at++) {
    const [first, second] = [word.slice(0, at), word.slice(at)];
    if (isFrequent(first) && isFrequent(second)) return sumOf([known(first)!, known(second)!]);
  }
  return undefined;
}

/** The vector of a word without its ending. */
function ofStem(word: string, known: (word: string) => Float64Array | undefined) {
  const stems = ['s', 'es', 'd', 'ed', 'ing'].filter(ending => word.endsWith(ending));
  return stems.map(ending => known(word.slice(0, -ending.length))).find(Boolean);
}

function sumOf(vectors: readonly Float64Array[]): Float64Array | undefined {
  if (vectors.length === 0) return undefined;
  return ofLength(vectors[0]!.map((_, i) => vectors.reduce((sum, vector) => sum + vector[i]!, 0)));
}

function meanOf(vectors: readonly ArrayLike<number>[], dim: number): Float64Array {
  const mean = new Float64Array(dim);
  for (const vector of vectors) for (let i = 0; i < dim; i++) mean[i]! += vector[i]! / vectors.length;
  return mean;
}

function ofLength(vector: ArrayLike<number>): Float64Array {
  const norm = Math.sqrt(Array.from(vector).reduce((sum, value) => sum + value * value, 0));
  return Float64Array.from(vector, value => (value * vectorLength) / (norm || 1));
}

import {
  type ArithmeticMethod,
  arithmetic,
  complete,
  direction,
  findWord,
  type ProjectedWord,
  type Projection,
  pca,
  project,
  type ScoredNeighbour,
  type Term,
  type VectorTableInput,
  vectorTable,
  type WordPair,
  type WordVectors,
  wordVectors,
} from '@residual/word-vectors';

/** The vectors of the arithmetic: GloVe's words, or the tokens of the storyteller. */
export type TableName = 'words' | 'stories';

/** The axes of the map: principal components of the words of the expression, or of all words. */
export type Axes = 'expression' | 'all';

/** A request to the worker of the page. */
export interface ArithmeticRequest {
  readonly table: TableName;
  readonly expression: string;
  readonly method: ArithmeticMethod;
  readonly axes: Axes;
}

/** The answer to a request. */
export interface ArithmeticAnswer {
  /** The expression as it was parsed. */
  readonly text: string;
  readonly terms: readonly (Term & { readonly row: number })[];
  readonly neighbours: readonly ScoredNeighbour[];
  /** The coordinates of all words, [words, 3]. */
  readonly points: Float32Array;
  /** The coordinates of the result itself, which need not be a word: [3]. */
  readonly tip: readonly number[];
  /** The share of the variance of each axis. */
  readonly shares: readonly number[];
}

const tables = new Map<TableName, WordVectors>();
const overall = new Map<TableName, Projection>();

const tableOf = (name: TableName): WordVectors => {
  const table = tables.get(name);
  if (!table) throw new Error(`There is no table ${name} yet.`);
  return table;
};

/** The principal components of all words take a moment, so they are cached. */
function axesOfAll(name: TableName): Projection {
  const projection = overall.get(name) ?? pca(tableOf(name), { dims: 3 });
  overall.set(name, projection);
  return projection;
}

/** The principal components of the words of an expression and its nearest neighbours. */
function axesOf(vectors: WordVectors, terms: readonly Term[], neighbours: readonly ScoredNeighbour[]): Projection {
  const words = new Set(terms.map(({ word }) => word));
  const wanted = Math.max(4, words.size + 2);
  for (const { word } of neighbours) if (words.size < wanted) words.add(word);
  return pca(vectors, { dims: 3, words: [...words] });
}

/** The functions of the worker. */
export const functions = {
  /** Loads the word vectors and returns the words. */
  load: async (address: string): Promise<readonly string[]> => {
    const vectors = await wordVectors(address);
    tables.set('words', vectors);
    return vectors.words;
  },
  /** Adds another table and returns its words. */
  addTable: (name: TableName, parts: VectorTableInput): readonly string[] => {
    tables.set(name, vectorTable(parts));
    return parts.words;
  },
  /** The nearest words of an expression, and the coordinates of all words. */
  answer: ({ table, expression, method, axes }: ArithmeticRequest): ArithmeticAnswer => {
    const vectors = tableOf(table);
    const { terms, text, vector, neighbours } = arithmetic(vectors, expression, { method, topN: 10 });
    const projection = axes === 'all' ? axesOfAll(table) : axesOf(vectors, terms, neighbours);
    return {
      text,
      terms: terms.map(term => ({ ...term, row: vectors.rows.get(term.word)! })),
      neighbours,
      points: projection.transformAll(vectors),
      tip: projection.transform(vector),
      shares: projection.explainedVarianceRatio,
    };
  },
  /**
   * The coordinates of all words for a map without an answer, along the principal components of the most frequent
   * words, which are fast to compute.
   */
  cloud: (table: TableName): Float32Array => {
    const vectors = tableOf(table);
    return pca(vectors, { dims: 3, words: vectors.words.slice(0, 1000) }).transformAll(vectors);
  },
  complete: (table: TableName, text: string): readonly string[] => complete(tableOf(table), text, { topN: 8 }),
  /** Projects words onto the direction of some pairs. */
  along: (
    table: TableName,
    pairs: readonly WordPair[],
    words: readonly string[],
  ): { readonly placed: readonly ProjectedWord[]; readonly agreement: readonly number[] } => {
    const vectors = tableOf(table);
    const spelled = (word: string) => findWord(vectors, word) ?? word;
    const axis = direction(
      vectors,
      pairs.map(([from, to]) => [spelled(from), spelled(to)] as const),
    );
    return { placed: project(vectors, words.map(spelled), axis), agreement: axis.agreement };
  },
};

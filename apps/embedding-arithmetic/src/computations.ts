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
} from '@residual/embeddings/words';

/** Which words are computed with: GloVe's, or the tokens of the storyteller. */
export type TableName = 'words' | 'stories';

/** Which axes the map has: those that show this expression, or those along which all words differ most. */
export type Axes = 'expression' | 'all';

/** A question to the page's worker. */
export interface ArithmeticRequest {
  readonly table: TableName;
  readonly expression: string;
  readonly method: ArithmeticMethod;
  readonly axes: Axes;
}

/** What it answers. */
export interface ArithmeticAnswer {
  /** The expression as it was read. */
  readonly text: string;
  readonly terms: readonly (Term & { readonly row: number })[];
  readonly neighbours: readonly ScoredNeighbour[];
  /** Where all words lie, [words, 3]. */
  readonly points: Float32Array;
  /** Where the result itself lies, which need not be at a word: [3]. */
  readonly tip: readonly number[];
  /** The share of all variance that each axis shows. */
  readonly shares: readonly number[];
}

const tables = new Map<TableName, WordVectors>();
const overall = new Map<TableName, Projection>();

const tableOf = (name: TableName): WordVectors => {
  const table = tables.get(name);
  if (!table) throw new Error(`There is no table ${name} yet.`);
  return table;
};

/** The axes of all words take a moment, so they are found once. */
function axesOfAll(name: TableName): Projection {
  const found = overall.get(name) ?? pca(tableOf(name), { dims: 3 });
  overall.set(name, found);
  return found;
}

/** The axes on which the words of an expression and those it comes near to lie apart. */
function axesOf(vectors: WordVectors, terms: readonly Term[], neighbours: readonly ScoredNeighbour[]): Projection {
  const words = new Set(terms.map(({ word }) => word));
  const wanted = Math.max(4, words.size + 2);
  for (const { word } of neighbours) if (words.size < wanted) words.add(word);
  return pca(vectors, { dims: 3, words: [...words] });
}

/** What the worker computes for the page. */
export const functions = {
  /** Reads the word vectors; gives the words. */
  load: async (address: string): Promise<readonly string[]> => {
    const vectors = await wordVectors(address);
    tables.set('words', vectors);
    return vectors.words;
  },
  /** Takes another table in; gives its words. */
  addTable: (name: TableName, parts: VectorTableInput): readonly string[] => {
    tables.set(name, vectorTable(parts));
    return parts.words;
  },
  /** The nearest words of an expression, and where all words lie. */
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
  /** Where all words of a table lie, for a map without an answer: along the axes of the most frequent ones, which are found at once. */
  cloud: (table: TableName): Float32Array => {
    const vectors = tableOf(table);
    return pca(vectors, { dims: 3, words: vectors.words.slice(0, 1000) }).transformAll(vectors);
  },
  complete: (table: TableName, text: string): readonly string[] => complete(tableOf(table), text, { topN: 8 }),
  /** Words in their order along the direction of pairs. */
  along: (
    table: TableName,
    pairs: readonly WordPair[],
    words: readonly string[],
  ): { readonly placed: readonly ProjectedWord[]; readonly agreement: readonly number[] } => {
    const vectors = tableOf(table);
    const spelled = (word: string) => findWord(vectors, word) ?? word;
    const found = direction(
      vectors,
      pairs.map(([from, to]) => [spelled(from), spelled(to)] as const),
    );
    return { placed: project(vectors, words.map(spelled), found), agreement: found.agreement };
  },
};

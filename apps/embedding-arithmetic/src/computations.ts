import {
  type ArithmeticMethod,
  arithmetic,
  complete,
  type DirectionReport,
  direction,
  evaluateAnalogies,
  evaluateDirection,
  findWord,
  type ProjectedWord,
  type Projection,
  pca,
  project,
  rowVector,
  type ScoredNeighbour,
  type Term,
  unitRow,
  type VectorTableInput,
  vectorTable,
  type WordPair,
  type WordVectors,
  wordVectors,
} from '@residual/word-vectors';
import { axesOf, type FamiliesAnswer, familiesAnswer } from './family-computations.js';
import { type Leaning, leaningOf } from './leaning.js';

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
  /** The numbers of each word times its factor, as they are added, of the sum, and of the nearest word: [dims]. */
  readonly numbers: {
    readonly terms: readonly Float64Array[];
    readonly sum: Float64Array;
    readonly nearest: Float64Array | undefined;
  };
}

/** Words along a direction, and how well the direction orders other pairs. */
export interface AlongAnswer {
  readonly placed: readonly ProjectedWord[];
  readonly agreement: readonly number[];
  readonly report: DirectionReport;
  /** Of the covered pairs, how many second words are exactly where the step from the first word leads. */
  readonly landed: number;
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
    const result = arithmetic(vectors, expression, { method, topN: 8 });
    const { text, vector, neighbours } = result;
    const terms = result.terms.map(term => ({ ...term, row: vectors.rows.get(term.word)! }));
    const projection = axes === 'all' ? axesOfAll(table) : axesOf(vectors, terms, neighbours);
    const numbersOf = (row: number) => (method === 'euclid' ? rowVector : unitRow)(vectors, row);
    return {
      text,
      terms,
      neighbours,
      points: projection.transformAll(vectors),
      tip: projection.transform(vector),
      shares: projection.explainedVarianceRatio,
      numbers: {
        terms: terms.slice(0, 9).map(({ row, factor }) => numbersOf(row).map(value => factor * value)),
        sum: vector,
        nearest: neighbours[0] && numbersOf(neighbours[0].row),
      },
    };
  },
  /** The coordinates of all words in axes that show the steps of some families, and how often the steps are right. */
  families: (families: readonly (readonly WordPair[])[]): Promise<FamiliesAnswer> =>
    familiesAnswer(tableOf('words'), families),
  /**
   * The coordinates of all words for a map without an answer, along the principal components of the most frequent
   * words, which are fast to compute.
   */
  cloud: (table: TableName): Float32Array => {
    const vectors = tableOf(table);
    return pca(vectors, { dims: 3, words: vectors.words.slice(0, 1000) }).transformAll(vectors);
  },
  complete: (table: TableName, text: string): readonly string[] => complete(tableOf(table), text, { topN: 8 }),
  /** Projects words onto the direction of some pairs, and tests the direction on other pairs. */
  along: async (
    table: TableName,
    pairs: readonly WordPair[],
    words: readonly string[],
    checks: readonly WordPair[],
  ): Promise<AlongAnswer> => {
    const vectors = tableOf(table);
    const spelled = (word: string) => findWord(vectors, word) ?? word;
    const spelledPair = ([from, to]: WordPair) => [spelled(from), spelled(to)] as const;
    const axis = direction(vectors, pairs.map(spelledPair));
    const report = evaluateDirection(vectors, axis, checks.map(spelledPair));
    const [from, to] = spelledPair(pairs[0]!);
    const questions = report.pairs.map(({ pair }) => [from, to, ...pair] as const);
    const { correct } = await evaluateAnalogies(vectors, [{ name: 'steps', questions }]);
    const placed = project(vectors, words.map(spelled), axis);
    return { placed, agreement: axis.agreement, report, landed: correct };
  },
  /** Words along the direction of a pair, before and after it is removed from all words. */
  leaning: (pair: WordPair, words: readonly string[], isRemoved: boolean): Leaning =>
    leaningOf(tableOf('words'), pair, words, isRemoved),
};

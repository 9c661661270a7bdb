import {
  direction,
  evaluateAnalogies,
  type Projection,
  pca,
  type Question,
  type ScoredNeighbour,
  type Tally,
  type Term,
  unitRow,
  type WordPair,
  type WordVectors,
} from '@residual/word-vectors';

/** Families of pairs in one map. */
export interface FamiliesAnswer {
  /** The coordinates of all words, [words, 3]: the step of the first family goes up, that of the second to the right. */
  readonly points: Float32Array;
  readonly families: readonly {
    /** The rows of the two words of each pair. */
    readonly rows: readonly (readonly [from: number, to: number])[];
    /** The numbers of each step, [dims], and of the direction that the steps share. */
    readonly steps: readonly Float64Array[];
    readonly shared: Float64Array;
    /** The analogies between the pairs: how many are right. */
    readonly tally: Tally;
    /** The same for each pair, as the one that is asked for. */
    readonly pairTallies: readonly Tally[];
  }[];
}

/** The axes of an expression: the principal components of its words and its nearest neighbours. */
export function axesOf(
  vectors: WordVectors,
  terms: readonly Term[],
  neighbours: readonly ScoredNeighbour[],
): Projection {
  const words = new Set(terms.map(({ word }) => word));
  const wanted = Math.max(4, words.size + 2);
  for (const { word } of neighbours) if (words.size < wanted) words.add(word);
  return pca(vectors, { dims: 3, words: [...words] });
}

/** The steps of some families, in axes that show them, and the share of analogies that come out right. */
export async function familiesAnswer(
  vectors: WordVectors,
  families: readonly (readonly WordPair[])[],
): Promise<FamiliesAnswer> {
  const axes = families.map(pairs => direction(vectors, pairs).vector);
  const points = pca(vectors, { dims: 3, words: [...new Set(families.flat(2))], along: axes }).transformAll(vectors);
  for (let at = 0; at < points.length; at += 3) [points[at], points[at + 1]] = [points[at + 1]!, points[at]!];
  const rowOf = (word: string) => vectors.rows.get(word)!;
  const answers = families.map(async (pairs, i) => {
    const steps = pairs.map(([from, to]) => {
      const start = unitRow(vectors, rowOf(from));
      return unitRow(vectors, rowOf(to)).map((value, k) => value - start[k]!);
    });
    const { categories, ...tally } = await evaluateAnalogies(vectors, analogiesOf(pairs));
    const rows = pairs.map(([from, to]) => [rowOf(from), rowOf(to)] as const);
    return { rows, steps, shared: axes[i]!, tally, pairTallies: categories };
  });
  return { points, families: await Promise.all(answers) };
}

/** All analogies between two pairs, a category for each pair that is asked for. */
const analogiesOf = (pairs: readonly WordPair[]) =>
  pairs.map(pair => ({
    name: pair.join(' '),
    questions: pairs.filter(other => other !== pair).map((other): Question => [...other, ...pair]),
  }));

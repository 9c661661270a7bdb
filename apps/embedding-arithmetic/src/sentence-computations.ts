import { pca, unitRow, vectorTable, type WordVectors } from '@residual/word-vectors';

/** Where sentences lie on a map, and how similar they are. */
export interface SentenceMap {
  /** The coordinates of each sentence, [sentences, 2]. */
  readonly points: Float32Array;
  /** The share of the variance of both axes. */
  readonly shares: readonly number[];
  /** The cosine of each sentence with each, [sentences, sentences]. */
  readonly cosines: Float32Array;
}

/** A row of a table and its cosine with a query. */
export interface Hit {
  readonly row: number;
  readonly cosine: number;
}

/** A table of vectors [rows, dims] that are named by their numbers. */
export function numberedTable(data: Float32Array, rows: number): WordVectors {
  return vectorTable({ words: Array.from({ length: rows }, (_, row) => `${row}`), data });
}

/** The functions of the worker for vectors of sentences. */
export const sentenceFunctions = {
  /** The map of sentences along the principal components of their vectors [sentences, dims]. */
  sentenceMap: (data: Float32Array, sentences: number): SentenceMap => {
    const table = numberedTable(data, sentences);
    const { points, explainedVarianceRatio: shares } = pca(table, { dims: 2 });
    const units = table.words.map((_, row) => unitRow(table, row));
    const cosines = units.flatMap(one => units.map(other => one.reduce((sum, value, i) => sum + value * other[i]!, 0)));
    return { points, shares, cosines: Float32Array.from(cosines) };
  },
};

/** The other sentences of a map, the nearest to one of them first. */
export function nearestSentences({ cosines }: Pick<SentenceMap, 'cosines'>, row: number, topN: number): Hit[] {
  const count = Math.sqrt(cosines.length);
  return Array.from({ length: count }, (_, other) => ({ row: other, cosine: cosines[row * count + other]! }))
    .filter(({ row: other }) => other !== row)
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, topN);
}

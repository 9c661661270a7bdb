import { checkSeed, expectInteger, ResidualError, randomBitsAt, randomKey, streamOf } from '@residual/base';
import * as published from 'umap-js';
import { nearestRows } from '../nearest.js';
import { maxQueries } from '../scan.js';
import { expectRow } from '../spelling.js';
import { unitRow, vectorTable, type WordVectors } from '../table.js';

/** Settings of `umap`. */
export interface UmapOptions {
  /** The number of output dimensions; 2 if absent. */
  readonly dims?: number;
  /** The words to embed; all if absent. */
  readonly words?: readonly string[];
  /** The number of neighbours of a word (`n_neighbors`); 15 if absent. */
  readonly neighbours?: number;
  /** The minimal distance between points (`min_dist`), from 0 to the spread of 1; 0.1 if absent. */
  readonly minDistance?: number;
  /** The number of optimization epochs; depends on the number of words if absent. */
  readonly epochs?: number;
  /** The seed, a whole number from 0 to 2³² - 1: the same seed gives the same points; 1 if absent. */
  readonly seed?: number;
  /** Ends the computation before the next epoch. */
  readonly signal?: AbortSignal;
  /** Reports the progress of the neighbour search and then of the optimization. */
  readonly onProgress?: (progress: {
    readonly stage: 'neighbours' | 'layout';
    readonly done: number;
    readonly total: number;
  }) => void;
}

/**
 * UMAP (McInnes, Healy, Melville 2018) of words: points [words, dims], row by row, by `umap-js` with exact cosine
 * neighbours. Errors: unknown words, no more words than neighbours, an abort.
 */
export async function umap(vectors: WordVectors, options: UmapOptions = {}): Promise<Float32Array> {
  const { dims = 2, neighbours = 15, minDistance = 0.1, epochs, seed = 1, signal, onProgress } = options;
  const rows = options.words ? options.words.map(word => expectRow('umap', vectors, word)) : [...vectors.words.keys()];
  expectInteger('umap', 'dims', dims, { min: 1 });
  expectInteger('umap', 'neighbours', neighbours, { min: 2 });
  if (epochs !== undefined) expectInteger('umap', 'epochs', epochs, { min: 1 });
  const key = randomKey(checkSeed('umap', seed), streamOf('umap'));
  let counter = 0;
  if (rows.length <= neighbours)
    throw new ResidualError(
      'option',
      `umap: ${rows.length} words have no ${neighbours} neighbours each; it takes more words`,
    );
  const data = new Float32Array(rows.length * vectors.dims);
  for (const [i, row] of rows.entries()) data.set(unitRow(vectors, row), i * vectors.dims);
  const table = vectorTable({ words: rows.map(row => vectors.words[row]!), data });
  const { indices, distances } = await neighboursOf(table, neighbours, signal, onProgress);

  const layout = new (umapClass())({
    nComponents: dims,
    nNeighbors: neighbours,
    minDist: minDistance,
    ...(epochs !== undefined && { nEpochs: epochs }),
    random: () => randomBitsAt(key, counter++) / 2 ** 32,
  });
  layout.setPrecomputedKNN(indices, distances);
  const points = rows.map((_, i) => Array.from(data.subarray(i * vectors.dims, (i + 1) * vectors.dims)));
  const total = layout.initializeFit(points);
  for (let done = 0; done < total; done++) {
    signal?.throwIfAborted();
    layout.step();
    if (done % 10 === 9 || done === total - 1) {
      onProgress?.({ stage: 'layout', done: done + 1, total });
      await new Promise(resolve => setTimeout(resolve));
    }
  }
  return Float32Array.from(layout.getEmbedding().flat());
}

type Published = Pick<typeof published, 'UMAP'>;

/** umap-js is a CommonJS module: some bundlers export its members by name, others as the default export. */
function umapClass(): Published['UMAP'] {
  const { default: inner = published as Published } = published as unknown as { default?: Published };
  return inner.UMAP;
}

/**
 * The exact nearest words of each word, itself included, and their distances 1 - cosine; umap-js would approximate
 * them.
 */
async function neighboursOf(
  table: WordVectors,
  count: number,
  signal: AbortSignal | undefined,
  onProgress: UmapOptions['onProgress'],
): Promise<{ indices: number[][]; distances: number[][] }> {
  const indices: number[][] = [];
  const distances: number[][] = [];
  const total = table.words.length;
  for (let from = 0; from < total; from += maxQueries) {
    signal?.throwIfAborted();
    const units = Array.from({ length: Math.min(maxQueries, total - from) }, (_, i) => unitRow(table, from + i));
    const nearest = nearestRows(
      table,
      units,
      count - 1,
      units.map((_, i) => new Set([from + i])),
    );
    for (const [i, near] of nearest.entries()) {
      indices.push([from + i, ...near.map(({ row }) => row)]);
      distances.push([0, ...near.map(({ value }) => Math.max(0, 1 - value))]);
    }
    onProgress?.({ stage: 'neighbours', done: from + units.length, total });
    await new Promise(resolve => setTimeout(resolve));
  }
  return { indices, distances };
}

import { ResidualError } from '@residual/base';
import * as published from 'umap-js';
import { nearestRows } from '../words/nearest.js';
import { maxQueries } from '../words/scan.js';
import { expectRow } from '../words/spelling.js';
import { unitRow, vectorTable, type WordVectors } from '../words/table.js';

/** Settings of `umap`. */
export interface UmapOptions {
  /** Axes: 2 if absent. */
  readonly dims?: number;
  /** The words to place; all if absent. */
  readonly words?: readonly string[];
  /** How many neighbours of a word are kept near it; 15 if absent. */
  readonly neighbours?: number;
  /** How close points may come, from 0 to the spread of 1; 0.1 if absent. */
  readonly minDistance?: number;
  /** Rounds of moving points; by the number of words if absent. */
  readonly epochs?: number;
  /** The same seed gives the same places; 1 if absent. */
  readonly seed?: number;
  /** Ends it before the next round. */
  readonly signal?: AbortSignal;
  /** Called as it goes: first neighbours are found, then points moved. */
  readonly onProgress?: (progress: {
    readonly stage: 'neighbours' | 'layout';
    readonly done: number;
    readonly total: number;
  }) => void;
}

/**
 * Places words [words, dims] such that those with near vectors lie near each other, by `umap-js` over exact neighbours by cosine. (McInnes, Healy, Melville
 * 2018) Errors: unknown words, not more words than neighbours, an abort.
 */
export async function umap(vectors: WordVectors, options: UmapOptions = {}): Promise<Float32Array> {
  const { dims = 2, neighbours = 15, minDistance = 0.1, epochs, seed = 1, signal, onProgress } = options;
  const rows = options.words ? options.words.map(word => expectRow('umap', vectors, word)) : [...vectors.words.keys()];
  const expectInteger = (what: string, value: number, least: number) => {
    if (Number.isInteger(value) && value >= least) return;
    throw new ResidualError('option', `umap: ${what} is ${value}; it must be a whole number from ${least} on`);
  };
  expectInteger('dims', dims, 1);
  expectInteger('neighbours', neighbours, 2);
  if (epochs !== undefined) expectInteger('epochs', epochs, 1);
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
    random: randomFrom(seed),
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

/** umap-js is a CommonJS module: some bundlers and networks give its exports by name, others as its default. */
function umapClass(): Published['UMAP'] {
  const { default: inner = published as Published } = published as unknown as { default?: Published };
  return inner.UMAP;
}

/** Of each word itself and its nearest words, and their distances 1 - cosine: what umap-js would only approximate. */
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

/** Numbers from 0 to 1 that follow from a seed. (mulberry32) */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

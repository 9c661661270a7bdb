import { expectInteger, ResidualError } from '@residual/base';
import { expectVector } from './errors.js';
import { blockRows, maxQueries } from './scan.js';
import { type RankedRow, type Selection, topSelection } from './select.js';
import { expectRow, expectRows } from './spelling.js';
import { cosineOf, unitRow, type WordVectors } from './table.js';
import { lengthOf, unitOf } from './vector.js';

/** A word near a vector. */
export interface Neighbour {
  readonly word: string;
  readonly row: number;
  /** The cosine with the query. */
  readonly similarity: number;
}

/** A word of the table, or a vector [dims]. */
export type WordOrVector = string | ArrayLike<number>;

/** Settings of a search. */
export interface NearestOptions {
  /** The number of results; 10 if absent. */
  readonly topN?: number;
  /** Words to exclude; the query itself, if it is a word, if absent. */
  readonly exclude?: readonly string[];
}

/**
 * The words with the largest cosine with a word or a vector, best first. The result is exact: candidates of the blocked
 * pass are compared again in float64. Errors: an unknown word, a vector of another length or of zeros.
 */
export function nearest(vectors: WordVectors, query: WordOrVector, options: NearestOptions = {}): Neighbour[] {
  const unit = unitOfQuery('nearest', vectors, query);
  const { topN = 10, exclude = typeof query === 'string' ? [query] : [] } = options;
  expectInteger('nearest', 'topN', topN, { min: 1 });
  const ranked = nearestRows(vectors, [unit], topN, [rowsOf('nearest', vectors, exclude)])[0]!;
  return ranked.map(({ row, value }) => ({ word: vectors.words[row]!, row, similarity: value }));
}

/**
 * For each of several unit vectors the rows with the largest cosines, without excluded rows, in one pass over the
 * table.
 */
export function nearestRows(
  vectors: WordVectors,
  units: readonly Float64Array[],
  topN: number,
  excluded: readonly ReadonlySet<number>[],
): RankedRow[][] {
  const { scan, words } = vectors;
  const selections = units.map(() => topSelection(topN));
  for (let first = 0; first < units.length; first += maxQueries) {
    const group = units.slice(first, first + maxQueries);
    const errors = group.map((unit, slot) => scan.setQuery(slot, unit));
    // All queries of a group use a block of rows while it is in the cache.
    for (let from = 0; from < words.length; from += blockRows) {
      const rows = Math.min(blockRows, words.length - from);
      for (const [slot, error] of errors.entries()) {
        const selected = selections[first + slot]!;
        const largest = scan.scoreBlock(slot, from, rows);
        if (largest + error >= selected.threshold)
          collectBlock(selected, scan.scores, rows, from, error, excluded[first + slot]!);
      }
    }
  }
  return selections.map((chosen, i) => chosen.ranked(row => cosineOf(vectors, row, units[i]!)));
}

function collectBlock(
  selected: Selection,
  scores: Float32Array,
  rows: number,
  from: number,
  error: number,
  excluded: ReadonlySet<number>,
): void {
  let threshold = selected.threshold - error;
  for (let i = 0; i < rows; i++) {
    const score = scores[i]!;
    if (!(score >= threshold) || excluded.has(from + i)) continue;
    selected.add(from + i, score - error, score + error);
    threshold = selected.threshold - error;
  }
}

/** The unit vector of a word or a vector. */
export function unitOfQuery(name: string, vectors: WordVectors, query: WordOrVector): Float64Array {
  if (typeof query === 'string') return unitRow(vectors, expectRow(name, vectors, query));
  expectVector(name, query, vectors.dims);
  if (lengthOf(query) === 0)
    throw new ResidualError('vectors', `${name}: a vector of zeros points nowhere, so nothing is near it`);
  return unitOf(query);
}

/** The rows of words as a set. */
export function rowsOf(name: string, vectors: WordVectors, words: readonly string[]): Set<number> {
  return new Set(expectRows(name, vectors, words));
}

/** The cosine of two words or vectors. Errors: an unknown word, a vector of another length or of zeros. */
export function similarity(vectors: WordVectors, a: WordOrVector, b: WordOrVector): number {
  const [one, other] = [unitOfQuery('similarity', vectors, a), unitOfQuery('similarity', vectors, b)];
  return one.reduce((sum, value, i) => sum + value * other[i]!, 0);
}

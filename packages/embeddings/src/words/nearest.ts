import { ResidualError } from '@residual/base';
import { expectVector, expectWhole } from './errors.js';
import { blockRows, slots } from './scan.js';
import { type Ranked, type Selection, selection } from './select.js';
import { expectRow, expectRows } from './spelling.js';
import { cosineOf, unitRow, type WordVectors } from './table.js';
import { lengthOf, unitOf } from './vector.js';

/** A word near a vector. */
export interface Neighbour {
  readonly word: string;
  readonly row: number;
  /** Its cosine with the vector. */
  readonly similarity: number;
}

/** A word of the table, or any vector [dims]. */
export type WordOrVector = string | ArrayLike<number>;

/** Settings of a search. */
export interface NearestOptions {
  /** How many; 10 if absent. */
  readonly top?: number;
  /** Words that are left out; the word itself where one was asked for. */
  readonly exclude?: readonly string[];
}

/**
 * The words whose vectors have the largest cosine with a word's or any vector, best first, exactly: what the blocked pass finds is compared again in float64.
 * Errors: an unknown word, a vector of another length or of zeros.
 */
export function nearest(vectors: WordVectors, query: WordOrVector, options: NearestOptions = {}): Neighbour[] {
  const unit = unitOfQuery('nearest', vectors, query);
  const { top = 10, exclude = typeof query === 'string' ? [query] : [] } = options;
  expectWhole('nearest', 'top', top, 1);
  const found = nearestRows(vectors, [unit], top, [rowsOf('nearest', vectors, exclude)])[0]!;
  return found.map(({ row, value }) => ({ word: vectors.words[row]!, row, similarity: value }));
}

/** For each of several unit vectors the rows of the largest cosines, without the rows to leave out; the table passes the cache once. */
export function nearestRows(
  vectors: WordVectors,
  units: readonly Float64Array[],
  top: number,
  leaveOut: readonly ReadonlySet<number>[],
): Ranked[][] {
  const { scan, words } = vectors;
  const selections = units.map(() => selection(top));
  for (let first = 0; first < units.length; first += slots) {
    const group = units.slice(first, first + slots);
    const errors = group.map((unit, slot) => scan.ask(slot, unit));
    // All questions of a group meet a block of rows while it is in the cache.
    for (let from = 0; from < words.length; from += blockRows) {
      const rows = Math.min(blockRows, words.length - from);
      for (const [slot, error] of errors.entries()) {
        const chosen = selections[first + slot]!;
        const most = scan.block(slot, from, rows);
        if (most + error >= chosen.bar) collect(chosen, scan.scores, rows, from, error, leaveOut[first + slot]!);
      }
    }
  }
  return selections.map((chosen, i) => chosen.best(row => cosineOf(vectors, row, units[i]!)));
}

function collect(
  chosen: Selection,
  scores: Float32Array,
  rows: number,
  from: number,
  error: number,
  leaveOut: ReadonlySet<number>,
): void {
  let bar = chosen.bar - error;
  for (let i = 0; i < rows; i++) {
    const score = scores[i]!;
    if (!(score >= bar) || leaveOut.has(from + i)) continue;
    chosen.offer(from + i, score - error, score + error);
    bar = chosen.bar - error;
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

/** The rows of words, as a set. */
export function rowsOf(name: string, vectors: WordVectors, words: readonly string[]): Set<number> {
  return new Set(expectRows(name, vectors, words));
}

/** The cosine of two words or vectors. Errors: an unknown word, a vector of another length or of zeros. */
export function similarity(vectors: WordVectors, a: WordOrVector, b: WordOrVector): number {
  const [one, other] = [unitOfQuery('similarity', vectors, a), unitOfQuery('similarity', vectors, b)];
  return one.reduce((sum, value, i) => sum + value * other[i]!, 0);
}

import { expectInteger, ResidualError } from '@residual/base';
import { type ArithmeticOptions, arithmetic, type ScoredNeighbour } from './arithmetic.js';
import { type NearestOptions, type Neighbour, nearest, rowsOf } from './nearest.js';
import { expectRows } from './spelling.js';
import { cosineOf, unitRow, type WordVectors } from './table.js';
import { addTo, unitOf } from './vector.js';

/**
 * Completes "`a` is to `b` as `c` is to …": the words nearest to b - a + c, without the three, best first. Errors:
 * unknown words.
 */
export function analogy(
  vectors: WordVectors,
  a: string,
  b: string,
  c: string,
  options: ArithmeticOptions = {},
): readonly ScoredNeighbour[] {
  expectRows('analogy', vectors, [a, b, c]);
  const factors = new Map<string, number>();
  for (const [word, factor] of [
    [b, 1],
    [a, -1],
    [c, 1],
  ] as const) {
    factors.set(word, (factors.get(word) ?? 0) + factor);
  }
  return arithmetic(
    vectors,
    [...factors].map(([word, factor]) => ({ word, factor })),
    options,
  ).neighbours;
}

/**
 * The word of a list that fits least, and the cosine of each word with the mean of the unit vectors, best first.
 * Errors: fewer than three words, unknown words.
 */
export function oddOneOut(vectors: WordVectors, words: readonly string[]): { odd: string; fits: Neighbour[] } {
  if (words.length < 3)
    throw new ResidualError('option', `oddOneOut: ${words.length} words; it takes three or more to tell`);
  const unit = unitOf(meanOf('oddOneOut', vectors, words));
  const fits = [...rowsOf('oddOneOut', vectors, words)]
    .map(row => ({ word: vectors.words[row]!, row, similarity: cosineOf(vectors, row, unit) }))
    .sort((a, b) => b.similarity - a.similarity);
  return { odd: fits.at(-1)!.word, fits };
}

/** The mean of the unit vectors of words [dims], and the nearest other words. Errors: no words, unknown words. */
export function midpoint(
  vectors: WordVectors,
  words: readonly string[],
  { topN = 10, exclude = words }: NearestOptions = {},
): { vector: Float64Array; neighbours: Neighbour[] } {
  if (words.length === 0) throw new ResidualError('option', 'midpoint: there are no words');
  expectInteger('midpoint', 'topN', topN, { min: 1 });
  const vector = meanOf('midpoint', vectors, words);
  return { vector, neighbours: nearest(vectors, vector, { topN, exclude }) };
}

function meanOf(name: string, vectors: WordVectors, words: readonly string[]): Float64Array {
  const mean = new Float64Array(vectors.dims);
  for (const row of expectRows(name, vectors, words)) addTo(mean, unitRow(vectors, row), 1 / words.length);
  return mean;
}

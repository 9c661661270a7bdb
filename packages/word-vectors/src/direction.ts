import { ResidualError } from '@residual/base';
import { expectVector } from './errors.js';
import { createScan } from './scan.js';
import { expectRows } from './spelling.js';
import { buildTable, cosineOf, rowVector, unitRow, type WordVectors } from './table.js';
import { addTo, dot, lengthOf, unitOf } from './vector.js';

/** Two words that differ in one aspect: `['man', 'woman']`. */
export type WordPair = readonly [from: string, to: string];

/** A direction of meaning. */
export interface Direction {
  /** The unit vector [dims]. */
  readonly vector: Float64Array;
  /** For each pair the cosine of its difference with the direction: near 1 if all pairs agree. */
  readonly agreement: readonly number[];
}

/**
 * The direction that pairs of words share: the normalized mean of the normalized differences between their unit
 * vectors. Errors: no pairs, unknown words, a pair of equal vectors, pairs that cancel each other out.
 */
export function direction(vectors: WordVectors, pairs: readonly WordPair[]): Direction {
  if (pairs.length === 0)
    throw new ResidualError('option', "direction: there are no pairs; give some, like [['man', 'woman']]");
  for (const [i, pair] of pairs.entries())
    if (pair.length !== 2)
      throw new ResidualError(
        'option',
        `direction: pair ${i} has ${(pair as readonly string[]).length} words; a pair has 2`,
      );
  const rows = expectRows('direction', vectors, pairs.flat());
  const steps = pairs.map((pair, i) => {
    const [from, to] = [unitRow(vectors, rows[2 * i]!), unitRow(vectors, rows[2 * i + 1]!)];
    const step = to.map((value, k) => value - from[k]!);
    if (lengthOf(step) < 1e-9)
      throw new ResidualError(
        'option',
        `direction: ${JSON.stringify(pair[0])} and ${JSON.stringify(pair[1])} have the same vector`,
      );
    return unitOf(step);
  });
  const sum = new Float64Array(vectors.dims);
  for (const step of steps) addTo(sum, step);
  if (lengthOf(sum) < 1e-9)
    throw new ResidualError('option', `direction: the ${pairs.length} pairs cancel each other out`);
  const vector = unitOf(sum);
  return { vector, agreement: steps.map(step => dot(step, vector)) };
}

/** A word and its coordinate along a direction. */
export interface ProjectedWord {
  readonly word: string;
  readonly row: number;
  /** The cosine of its vector with the direction: -1 to 1. */
  readonly coordinate: number;
}

/**
 * Words sorted by their coordinate along a direction, lowest first. Errors: unknown words, a direction of another
 * length.
 */
export function project(
  vectors: WordVectors,
  words: readonly string[],
  axis: Direction | ArrayLike<number>,
): ProjectedWord[] {
  const unit = directionVector('project', vectors, axis);
  return expectRows('project', vectors, words)
    .map(row => ({ word: vectors.words[row]!, row, coordinate: dot(unitRow(vectors, row), unit) }))
    .sort((a, b) => a.coordinate - b.coordinate);
}

/** A pair of words and whether its second word is further along a direction. */
export interface PairAlong {
  readonly pair: WordPair;
  /** The coordinates of the two words: cosines with the direction. */
  readonly from: number;
  readonly to: number;
  readonly holds: boolean;
}

/** How many pairs a direction orders. */
export interface DirectionReport {
  /** The pairs whose words are both in the vocabulary, in their order. */
  readonly pairs: readonly PairAlong[];
  readonly held: number;
  readonly covered: number;
  readonly total: number;
}

/**
 * Tests a direction on other pairs: the number of pairs whose second word is further along it than their first. A
 * direction without a meaning orders about half of them. Pairs with an unknown word are not covered. Errors: a
 * direction of another length.
 */
export function evaluateDirection(
  vectors: WordVectors,
  axis: Direction | ArrayLike<number>,
  pairs: readonly WordPair[],
): DirectionReport {
  const unit = directionVector('evaluateDirection', vectors, axis);
  const coordinateOf = (word: string) => cosineOf(vectors, vectors.rows.get(word)!, unit);
  const measured = pairs
    .filter(pair => pair.every(word => vectors.rows.has(word)))
    .map((pair): PairAlong => {
      const [from, to] = [coordinateOf(pair[0]), coordinateOf(pair[1])];
      return { pair, from, to, holds: to > from };
    });
  const held = measured.filter(({ holds }) => holds).length;
  return { pairs: measured, held, covered: measured.length, total: pairs.length };
}

/** Settings of `debias`. */
export interface DebiasOptions {
  /** The only words that change; all if absent. */
  readonly only?: readonly string[];
  /** Words that do not change, such as those that define the direction: `['man', 'woman']`. */
  readonly keep?: readonly string[];
}

/**
 * A new float32 table without a direction: the component along the direction is removed from each vector (the step
 * "neutralize" of Bolukbasi et al. 2016). Only this direction is removed; bias in other directions stays. Errors:
 * unknown words, a direction of another length.
 */
export function debias(
  vectors: WordVectors,
  axis: Direction | ArrayLike<number>,
  { only, keep = [] }: DebiasOptions = {},
): WordVectors {
  const unit = directionVector('debias', vectors, axis);
  const { words, dims } = vectors;
  const selected = new Set(expectRows('debias', vectors, only ?? words));
  for (const row of expectRows('debias', vectors, keep)) selected.delete(row);
  const scan = createScan('float32', words.length, dims);
  for (let row = 0; row < words.length; row++) {
    const vector = rowVector(vectors, row);
    if (selected.has(row)) addTo(vector, unit, -dot(vector, unit));
    scan.data.set(vector, row * dims);
  }
  return buildTable('debias', words, dims, scan, undefined);
}

function directionVector(name: string, { dims }: WordVectors, axis: Direction | ArrayLike<number>): Float64Array {
  const vector = 'agreement' in axis ? axis.vector : axis;
  expectVector(name, vector, dims);
  if (lengthOf(vector) === 0) throw new ResidualError('vectors', `${name}: a direction of zeros points nowhere`);
  return unitOf(vector);
}

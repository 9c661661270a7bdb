import {
  debias,
  direction,
  nearest,
  type ProjectedWord,
  project,
  spearman,
  type WordPair,
  type WordVectors,
} from '@residual/word-vectors';
import { companySize } from './occupations.js';

/** How words lean along a direction. */
export interface Leaning {
  /** The words by their coordinate along the direction, lowest first. */
  readonly placed: readonly ProjectedWord[];
  /** What remains once the direction is removed from all words; undefined if it was not. */
  readonly removed:
    | {
        /** The largest coordinate along the direction that is left, near 0. */
        readonly largest: number;
        /** For each word of `placed`: how many of its nearest words leaned to the second word of the pair before. */
        readonly company: readonly number[];
        /** The rank correlation of the coordinates with the company. */
        readonly correlation: number;
      }
    | undefined;
}

/**
 * The coordinates of words along the direction of a pair. If the direction is removed from all words, the words that
 * leaned the same way remain each other's neighbours (Gonen, Goldberg 2019): their number says how much is left.
 */
export function leaningOf(vectors: WordVectors, pair: WordPair, words: readonly string[], isRemoved: boolean): Leaning {
  const axis = direction(vectors, [pair]);
  const placed = project(vectors, words, axis);
  if (!isRemoved) return { placed, removed: undefined };
  const without = debias(vectors, axis);
  const left = project(without, words, axis).map(({ coordinate }) => Math.abs(coordinate));
  const company = placed.map(({ word }) => {
    const near = nearest(without, word, { topN: companySize }).map(each => each.word);
    return project(vectors, near, axis).filter(({ coordinate }) => coordinate > 0).length;
  });
  const coordinates = placed.map(({ coordinate }) => coordinate);
  return { placed, removed: { largest: Math.max(...left), company, correlation: spearman(coordinates, company) } };
}

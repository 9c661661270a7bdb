import { failInput } from '../../errors.js';
import type { WordCounts } from '../count-words.js';
import type { Pace } from '../pace.js';
import { maximize } from './expectation.js';
import { Lattice, unknown } from './lattice.js';
import { prune } from './prune.js';
import { type Piece, seedPieces } from './seeds.js';

/** How pieces are found and left out; names and meanings as in the reference's trainer. */
export interface UnigramOptions {
  /** Characters that are in the vocabulary whether they occur or not, as one text or one by one. */
  readonly initialAlphabet?: Iterable<string>;
  /** Longest piece, in characters. Default 16. */
  readonly maxPieceLength?: number;
  /** Which share of the pieces each pruning keeps, above 0 and below 1. Default 0.75. */
  readonly shrinkingFactor?: number;
  /** With how many pieces to begin. Default 1,000,000. */
  readonly seedSize?: number;
  /** How many rounds of expectation and maximization stand between prunings. Default 2. */
  readonly subIterations?: number;
}

/** By how much a character that has no score of its own is worse than the one before it. */
const penaltyStep = 0.0001;

/**
 * Learns the pieces of a Unigram model and their log-probabilities (Kudo 2018): from all frequent substrings the least useful are
 * left out again and again. All characters of the words stay. The pieces come with the best first;
 * with `special` further tokens they are `size`.
 */
export async function trainUnigram(
  words: WordCounts,
  size: number,
  special: number,
  {
    initialAlphabet = [],
    maxPieceLength = 16,
    shrinkingFactor = 0.75,
    seedSize = 1_000_000,
    subIterations = 2,
  }: UnigramOptions,
  pace: Pace,
): Promise<Piece[]> {
  const required = new Set<string>(initialAlphabet);
  for (const word of words.keys()) for (const char of word) required.add(char);
  const least = special + required.size;
  if (size < least) {
    failInput(
      `trainTokenizer: size ${size} is less than the ${least} tokens that it begins with (${special} special, ${required.size} of the alphabet); it must be at least ${least}`,
    );
  }
  await pace.rest('seeds', 0, 1);
  const wanted = Math.floor((size * 11) / 10);
  let pieces: readonly Piece[] = [['', Number.NaN], ...seedPieces(words, maxPieceLength, seedSize)];
  const first = pieces.length;
  for (;;) {
    const before = pieces.length;
    const rest = () => pace.rest('pruning', first - before, Math.max(first - wanted, 1));
    pieces = await improved(pieces, words, subIterations, rest, pace);
    if (pieces.length <= wanted) break;
    const usage = await usageOf(pieces, words, rest, pace);
    pieces = prune(pieces, usage, Math.max(wanted, Math.floor(pieces.length * shrinkingFactor)));
    if (pieces.length === before) break; // nothing can be left out
  }
  return best(pieces.slice(1), required, size - special);
}

async function improved(
  pieces: readonly Piece[],
  words: WordCounts,
  rounds: number,
  rest: () => Promise<void>,
  pace: Pace,
): Promise<Piece[]> {
  const lattice = new Lattice(pieces);
  for (let round = 0; round < rounds; round++) {
    const expected = new Float64Array(pieces.length);
    for (const [word, times] of words) {
      lattice.read(word);
      lattice.expect(word.length, times, expected);
      if (pace.isDue) await rest();
    }
    maximize(lattice, expected);
  }
  return pieces
    .map(([text], id): Piece => [text, lattice.scores[id]!])
    .filter(([, score]) => score !== Number.NEGATIVE_INFINITY);
}

async function usageOf(pieces: readonly Piece[], words: WordCounts, rest: () => Promise<void>, pace: Pace) {
  const lattice = new Lattice(pieces);
  const alternatives = pieces.map(([text], id) => {
    if (id === unknown) return undefined;
    lattice.read(text);
    const [cut, whole] = [lattice.best(text.length, true), lattice.best(text.length)];
    return cut.length === 0 ? undefined : whole.length > 1 ? [] : cut;
  });
  const counts = new Float64Array(pieces.length);
  let all = 0;
  for (const [word, times] of words) {
    lattice.read(word);
    for (const id of lattice.best(word.length)) counts[id]! += times;
    all += times;
    if (pace.isDue) await rest();
  }
  return { counts, words: all, alternatives };
}

/** All required characters and of the pieces the first ones, `size` in all, the best first. */
function best(pieces: readonly Piece[], required: ReadonlySet<string>, size: number): Piece[] {
  const scores = new Map(pieces);
  const worst = pieces.reduce((least, [, score]) => Math.min(least, score), Number.POSITIVE_INFINITY);
  let penalty = 0;
  const kept = new Map<string, number>();
  for (const char of required) {
    const score = scores.get(char);
    kept.set(char, score ?? worst + penalty);
    if (score === undefined) penalty += penaltyStep;
  }
  for (const [text, score] of pieces) {
    if (kept.size >= size) break;
    kept.set(text, score);
  }
  return [...kept].sort(([, a], [, b]) => b - a);
}

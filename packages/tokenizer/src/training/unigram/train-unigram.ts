import { failInput } from '../../errors.js';
import { countCharacters } from '../count-characters.js';
import type { WordCounts } from '../count-words.js';
import type { Pace } from '../pace.js';
import { type Corpus, corpusOf } from './corpus.js';
import { maximize } from './expectation.js';
import { Lattice } from './lattice.js';
import { keepPieces, type Pieces } from './pieces.js';
import { prune } from './prune.js';
import { seedPieces } from './seeds.js';

/** A piece of text and its log-probability. */
export type Piece = readonly [text: string, score: number];

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
  for (const code of (await countCharacters(words, pace)).keys()) required.add(String.fromCodePoint(code));
  const least = special + required.size;
  if (size < least) {
    failInput(
      `trainTokenizer: size ${size} is less than the ${least} tokens that it begins with (${special} special, ${required.size} of the alphabet); it must be at least ${least}`,
    );
  }
  await pace.rest('seeds', 0, 1);
  const wanted = Math.floor((size * 11) / 10);
  const corpus = corpusOf(words);
  const total = corpus.times.reduce((sum, times) => sum + times, 0);
  let pieces = await seedPieces(corpus, maxPieceLength, seedSize, pace);
  const first = pieces.lengths.length;
  for (;;) {
    const before = pieces.lengths.length;
    /** The result of work that gives way now and then. */
    const done = async <T>(work: Generator<void, T>): Promise<T> => {
      for (;;) {
        const step = work.next();
        if (step.done) return step.value;
        if (pace.isDue) await pace.rest('pruning', first - before, Math.max(first - wanted, 1));
      }
    };
    for (let round = 0; round < subIterations; round++) {
      const expected = await done(new Lattice(corpus, pieces).expected());
      pieces = keepPieces(pieces, maximize(pieces.scores, expected));
    }
    const count = pieces.lengths.length;
    if (count <= wanted) break;
    const lattice = new Lattice(corpus, pieces);
    const used = await done(lattice.used());
    const most = Math.max(wanted, Math.floor(count * shrinkingFactor));
    pieces = keepPieces(pieces, await done(prune(lattice, pieces, used, total, most)));
    if (pieces.lengths.length === before) break; // nothing can be left out
  }
  return best(written(corpus, pieces), required, size - special);
}

/** The pieces as texts, but for the unknown one. */
function written({ text }: Corpus, { places, lengths, scores }: Pieces): Piece[] {
  const texts = Array.from(places, (place, id) => String.fromCodePoint(...text.subarray(place, place + lengths[id]!)));
  return texts.map((piece, id): Piece => [piece, scores[id]!]).slice(1);
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

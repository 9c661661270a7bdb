import { failInput } from '../../../errors.js';
import { countCharacters } from '../../../training/count-characters.js';
import type { WordCounts } from '../../../training/count-words.js';
import type { Scheduler } from '../../../training/scheduler.js';
import { type Corpus, corpusOf } from './corpus.js';
import { maximizeScores } from './expectation.js';
import { Lattice } from './lattice.js';
import { type Pieces, selectPieces } from './pieces.js';
import { prune } from './prune.js';
import { seedPieces } from './seeds.js';

/** A piece of text and its log-probability. */
export type Piece = readonly [text: string, score: number];

/** How pieces are selected. Names and meanings are those of the reference's UnigramTrainer. */
export interface UnigramTrainerOptions {
  /** Characters that are always in the vocabulary, as one text or one by one. */
  readonly initialAlphabet?: Iterable<string>;
  /** The maximum length of a piece in characters. Default 16. */
  readonly maxPieceLength?: number;
  /** The share of the pieces that each pruning keeps, between 0 and 1. Default 0.75. */
  readonly shrinkingFactor?: number;
  /** The number of initial pieces. Default 1,000,000. */
  readonly seedSize?: number;
  /** The number of rounds of expectation and maximization between prunings. Default 2. */
  readonly subIterations?: number;
}

/** The difference between the scores of characters that have no score of their own. */
const penaltyStep = 0.0001;

/**
 * Learns the pieces of a Unigram model and their log-probabilities (Kudo 2018): starting from all frequent substrings,
 * the least useful are pruned again and again. All characters of the words are kept. The pieces are sorted by score,
 * the best first; together with `special` further tokens there are `vocabSize`.
 */
export async function trainUnigram(
  words: WordCounts,
  vocabSize: number,
  special: number,
  {
    initialAlphabet = [],
    maxPieceLength = 16,
    shrinkingFactor = 0.75,
    seedSize = 1_000_000,
    subIterations = 2,
  }: UnigramTrainerOptions,
  scheduler: Scheduler,
): Promise<Piece[]> {
  const required = new Set<string>(initialAlphabet);
  for (const code of (await countCharacters(words, scheduler)).keys()) required.add(String.fromCodePoint(code));
  const minSize = special + required.size;
  if (vocabSize < minSize) {
    failInput(
      `trainTokenizer: vocabSize ${vocabSize} is less than the ${minSize} tokens that it begins with (${special} ` +
        `special, ${required.size} of the alphabet); it must be at least ${minSize}`,
    );
  }
  await scheduler.reportAndYield('seeds', 0, 1);
  const targetSize = Math.floor((vocabSize * 11) / 10);
  const corpus = corpusOf(words);
  const total = corpus.times.reduce((sum, times) => sum + times, 0);
  let pieces = await seedPieces(corpus, maxPieceLength, seedSize, scheduler);
  const first = pieces.lengths.length;
  for (;;) {
    const before = pieces.lengths.length;
    /** Runs a generator to its result and yields to the event loop between its steps. */
    const runYielding = async <T>(work: Generator<void, T>): Promise<T> => {
      for (;;) {
        const step = work.next();
        if (step.done) return step.value;
        if (scheduler.shouldYield)
          await scheduler.reportAndYield('pruning', first - before, Math.max(first - targetSize, 1));
      }
    };
    for (let round = 0; round < subIterations; round++) {
      const expected = await runYielding(new Lattice(corpus, pieces).expectedCounts());
      pieces = selectPieces(pieces, maximizeScores(pieces.scores, expected));
    }
    const count = pieces.lengths.length;
    if (count <= targetSize) break;
    const lattice = new Lattice(corpus, pieces);
    const counts = await runYielding(lattice.viterbiCounts());
    const maxPieces = Math.max(targetSize, Math.floor(count * shrinkingFactor));
    pieces = selectPieces(pieces, await runYielding(prune(lattice, pieces, counts, total, maxPieces)));
    if (pieces.lengths.length === before) break; // nothing can be pruned
  }
  return finalPieces(pieceTexts(corpus, pieces), required, vocabSize - special);
}

/** The texts of the pieces, without the unknown piece. */
function pieceTexts({ text }: Corpus, { offsets, lengths, scores }: Pieces): Piece[] {
  const texts = Array.from(offsets, (offset, id) =>
    String.fromCodePoint(...text.subarray(offset, offset + lengths[id]!)),
  );
  return texts.map((piece, id): Piece => [piece, scores[id]!]).slice(1);
}

/** All required characters and the first pieces, `size` in total, the best first. */
function finalPieces(pieces: readonly Piece[], required: ReadonlySet<string>, size: number): Piece[] {
  const scores = new Map(pieces);
  const worst = pieces.reduce((least, [, score]) => Math.min(least, score), Number.POSITIVE_INFINITY);
  let penalty = 0;
  const selected = new Map<string, number>();
  for (const char of required) {
    const score = scores.get(char);
    selected.set(char, score ?? worst + penalty);
    if (score === undefined) penalty += penaltyStep;
  }
  for (const [text, score] of pieces) {
    if (selected.size >= size) break;
    selected.set(text, score);
  }
  return [...selected].sort(([, a], [, b]) => b - a);
}

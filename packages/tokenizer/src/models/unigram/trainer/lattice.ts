import type { Corpus } from './corpus.js';
import { none, type Pieces, unknown } from './pieces.js';

/** The score of an unknown character is this much below the lowest score. */
const unknownPenalty = 10;
/** Indices between two chances to yield. */
const yieldInterval = 1 << 16;
/**
 * Likelihoods are stored as a number and a level, where each level scales by this factor, to avoid underflow of long
 * products.
 */
const scaleStep = 2 ** -256;

/** All segmentations of the words of a corpus. */
export class Lattice {
  readonly #corpus: Corpus;
  readonly #pieces: Pieces;
  readonly #scores: Float64Array;
  /** By index: the likelihood of the rest of its word, or the score of its best segmentation. */
  readonly #suffixScores: Float64Array;
  readonly #levels: Int32Array;

  constructor(corpus: Corpus, pieces: Pieces) {
    this.#corpus = corpus;
    this.#pieces = pieces;
    this.#scores = pieces.scores.slice();
    const worst = pieces.scores.subarray(unknown + 1).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    this.#scores[unknown] = worst - unknownPenalty;
    this.#suffixScores = new Float64Array(corpus.text.length);
    this.#levels = new Int32Array(corpus.text.length);
  }

  /**
   * The expected count of each piece in the words: the forward-backward algorithm, here backward first (Rabiner 1989).
   * Yields regularly.
   */
  *expectedCounts(): Generator<void, Float64Array> {
    const probabilities = this.#scores.map(Math.exp);
    const { length } = this.#suffixScores;
    for (let to = length; to > 0; to -= yieldInterval) {
      this.#backward(Math.max(0, to - yieldInterval), to, probabilities);
      yield;
    }
    const expected = new Float64Array(probabilities.length);
    const forward = new Float64Array(length); // the expected number of segmentations through each index
    for (const [word, start] of this.#corpus.starts.entries()) forward[start] = this.#corpus.times[word]!;
    for (let from = 0; from < length; from += yieldInterval) {
      this.#forward(from, Math.min(length, from + yieldInterval), probabilities, forward, expected);
      yield;
    }
    return expected;
  }

  /** Computes the likelihood of the rest of each word after the indices `[from, to)`, summed over all segmentations. */
  #backward(from: number, to: number, probabilities: Float64Array): void {
    const { longest, properPrefix, lengths } = this.#pieces;
    const [suffixScores, levels] = [this.#suffixScores, this.#levels];
    for (let index = to - 1; index >= from; index--) {
      let id = longest[index]!;
      suffixScores[index] = 1;
      levels[index] = 0;
      if (id === none) continue; // end of a word
      let now = levels[index + 1]!;
      let sum = 0;
      for (; id !== none; id = properPrefix[id]!) {
        const next = index + lengths[id]!;
        const likelihood = probabilities[id]! * suffixScores[next]!;
        if (levels[next] === now) sum += likelihood;
        else if (levels[next]! > now) sum += likelihood * scaleStep ** (levels[next]! - now);
        else {
          sum = sum * scaleStep ** (now - levels[next]!) + likelihood;
          now = levels[next]!;
        }
      }
      for (; sum < scaleStep; now++) sum /= scaleStep;
      suffixScores[index] = sum;
      levels[index] = now;
    }
  }

  /** Distributes the forward values of the indices `[from, to)` among the pieces that start there. */
  #forward(from: number, to: number, probabilities: Float64Array, forward: Float64Array, expected: Float64Array): void {
    const { longest, properPrefix, lengths } = this.#pieces;
    const [suffixScores, levels] = [this.#suffixScores, this.#levels];
    for (let index = from; index < to; index++) {
      const whole = forward[index]! / suffixScores[index]!;
      const now = levels[index]!;
      for (let id = longest[index]!; id !== none; id = properPrefix[id]!) {
        const next = index + lengths[id]!;
        let share = whole * probabilities[id]! * suffixScores[next]!;
        if (levels[next] !== now) share *= scaleStep ** (levels[next]! - now);
        forward[next]! += share;
        expected[id]! += share;
      }
    }
  }

  /** How often each piece is part of the best segmentation of a word (Viterbi algorithm). Yields regularly. */
  *viterbiCounts(): Generator<void, Float64Array> {
    const { starts, ends, times } = this.#corpus;
    const { lengths } = this.#pieces;
    const best = new Int32Array(this.#suffixScores.length);
    for (let to = best.length; to > 0; to -= yieldInterval) {
      this.#viterbi(Math.max(0, to - yieldInterval), to, best);
      yield;
    }
    const used = new Float64Array(lengths.length);
    let count = 0;
    for (const [word, start] of starts.entries()) {
      for (let at = start; at < ends[word]!; at += lengths[best[at]!]!) {
        used[best[at]!]! += times[word]!;
        if (++count % yieldInterval === 0) yield;
      }
    }
    return used;
  }

  #viterbi(from: number, to: number, best: Int32Array): void {
    const { longest, properPrefix, lengths } = this.#pieces;
    const suffixScores = this.#suffixScores;
    for (let index = to - 1; index >= from; index--) {
      let bestScore = longest[index] === none ? 0 : Number.NEGATIVE_INFINITY;
      for (let id = longest[index]!; id !== none; id = properPrefix[id]!) {
        const score = this.#scores[id]! + suffixScores[index + lengths[id]!]!;
        if (score < bestScore) continue;
        bestScore = score;
        best[index] = id;
      }
      suffixScores[index] = bestScore;
    }
  }

  /**
   * The best segmentation of a piece of more than one character without the piece itself; undefined if its score is
   * higher than the piece's.
   */
  bestAlternative(piece: number): number[] | undefined {
    const { offsets, lengths, longest, properPrefix } = this.#pieces;
    const length = lengths[piece]!;
    const suffixScores: number[] = [];
    const best: number[] = [];
    suffixScores[length] = 0;
    for (let at = length - 1; at >= 0; at--) {
      suffixScores[at] = Number.NEGATIVE_INFINITY;
      for (let id = longest[offsets[piece]! + at]!; id !== none; id = properPrefix[id]!) {
        const end = at + lengths[id]!;
        if (end > length || id === piece) continue;
        const score = this.#scores[id]! + suffixScores[end]!;
        if (score < suffixScores[at]!) continue;
        suffixScores[at] = score;
        best[at] = id;
      }
    }
    if (suffixScores[0]! > this.#scores[piece]!) return undefined;
    const pieces: number[] = [];
    for (let at = 0; at < length; at += lengths[best[at]!]!) pieces.push(best[at]!);
    return pieces;
  }
}

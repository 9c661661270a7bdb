import { unknown } from './lattice.js';
import type { Piece } from './seeds.js';

/** How pieces are used and could be replaced; all by place in the list of pieces. */
export interface Usage {
  /** How often each is part of the best way through a word. */
  readonly counts: Float64Array;
  /** Of how many words there are, each time counted. */
  readonly words: number;
  /** What each would be cut into if it were not there; empty for those that are never used whole, undefined where nothing replaces one. */
  readonly alternatives: readonly (readonly number[] | undefined)[];
}

/**
 * Keeps at most `most` pieces: those that nothing replaces and, of the others, those whose loss would lower the likelihood of
 * the corpus the most, if all their occurrences were cut into their alternative (Kudo 2018, section 3.2).
 */
export function prune(pieces: readonly Piece[], { counts, words, alternatives }: Usage, most: number): Piece[] {
  const sum = counts.reduce((total, count) => total + count, 0);
  const logSum = Math.log(sum);
  const kept: Piece[] = [pieces[unknown]!];
  const candidates: { piece: Piece; loss: number }[] = [];
  for (const [id, piece] of pieces.entries()) {
    if (id === unknown) continue;
    const count = counts[id]!;
    const instead = alternatives[id];
    if (count === 0 && instead !== undefined) continue;
    if (instead === undefined || instead.length === 0) {
      kept.push(piece);
      continue;
    }
    const logSumInstead = Math.log(sum + count * (instead.length - 1));
    const now = Math.log(count) - logSum;
    const then = instead.reduce((total, other) => total + Math.log(counts[other]! + count) - logSumInstead, 0);
    candidates.push({ piece, loss: (count / words) * (now - then) });
  }
  candidates.sort((a, b) => b.loss - a.loss);
  for (const { piece } of candidates) {
    if (kept.length >= most) break;
    kept.push(piece);
  }
  return kept;
}

import type { Lattice } from './lattice.js';
import { indices, orderBy } from './order-by.js';
import { type Pieces, unknown } from './pieces.js';

/**
 * Selects at most `maxPieces` pieces: those that cannot be replaced, and of the others those whose removal would lower
 * the likelihood of the corpus the most if all their occurrences used the best alternative (Kudo 2018, section 3.2).
 * `viterbiCounts` is how often each piece is part of the best segmentation of one of `words` words. Yields regularly.
 */
export function* prune(
  lattice: Lattice,
  { lengths }: Pieces,
  viterbiCounts: Float64Array,
  words: number,
  maxPieces: number,
): Generator<void, Int32Array> {
  const sum = viterbiCounts.reduce((total, count) => total + count, 0);
  const selected: number[] = [unknown];
  const candidates: number[] = [];
  const losses: number[] = [];
  for (let id = unknown + 1; id < lengths.length; id++) {
    if ((id & 0xfff) === 0) yield;
    if (lengths[id] === 1) {
      selected.push(id);
      continue;
    }
    const count = viterbiCounts[id]!;
    if (count === 0) continue;
    const instead = lattice.bestAlternative(id);
    if (!instead) {
      selected.push(id);
      continue;
    }
    const now = Math.log(count) - Math.log(sum);
    const sumInstead = Math.log(sum + count * (instead.length - 1));
    const then = instead.reduce((total, other) => total + Math.log(viterbiCounts[other]! + count) - sumInstead, 0);
    candidates.push(id);
    losses.push((count / words) * (now - then));
  }
  const order = orderBy(
    Float64Array.from(losses, loss => -loss),
    indices(losses.length),
  );
  for (const index of order.subarray(0, Math.max(0, maxPieces - selected.length))) selected.push(candidates[index]!);
  return Int32Array.from(selected);
}

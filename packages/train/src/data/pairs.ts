import { expectOptions, ResidualError } from '@residual/tensor';
import type { Batches } from '../loop/batches.js';
import { shuffledOrder } from './shuffle.js';
import { ignored } from './token-batch.js';

/** A text and what belongs to it in the other language, as token ids; the target with its end token. */
export interface Pair {
  readonly source: ArrayLike<number>;
  readonly target: ArrayLike<number>;
}

/** Ragged pairs side by side, padded on the right. */
export interface PairBatch {
  readonly rows: number;
  readonly sourceLength: number;
  readonly targetLength: number;
  /** Ids [rows · sourceLength], and how many of each row are no padding. */
  readonly source: Int32Array;
  readonly lengths: Int32Array;
  /** What the decoder is fed [rows · targetLength]: the start token, then the target but its last token. */
  readonly target: Int32Array;
  /** The target itself [rows · targetLength]; -100 on padding. */
  readonly labels: Int32Array;
}

/** Settings of `pairBatches`. */
export interface PairOptions {
  /** Pairs in a batch; fewer at the end of a round. */
  readonly batch: number;
  /** The id that fills rows up. */
  readonly padding: number;
  /** The id the decoder begins with. */
  readonly start: number;
  /** Shuffles anew for each round; in their order if absent. */
  readonly seed?: number;
  /** Batches are made of pairs of like length among so many batches' worth of pairs, 64 if absent; 1 leaves their order alone. */
  readonly pool?: number;
  /** Pairs with a longer side are left out; none if absent. */
  readonly longest?: number;
  /** Lengths are rounded up to a multiple of this, so that a GPU compiles for few shapes; 8 if absent. */
  readonly multiple?: number;
  /** How often the pairs are gone through; without end if absent. */
  readonly rounds?: number;
}

/**
 * Batches of ragged pairs: shuffled, then sorted by length within pools so that little is padding, then the batches of a pool shuffled again. A batch follows
 * from the seed and its position alone. Errors where no pair is left.
 */
export function pairBatches(pairs: readonly Pair[], options: PairOptions): Batches<PairBatch> {
  expectOptions('pairBatches', options, {
    batch: 1,
    padding: 1,
    start: 1,
    seed: 0,
    pool: 0,
    longest: 0,
    multiple: 0,
    rounds: 0,
  });
  const { batch, longest = Number.POSITIVE_INFINITY, rounds = Number.POSITIVE_INFINITY } = options;
  if (!(Number.isInteger(batch) && batch > 0))
    throw new ResidualError('range', `pairBatches: batch is ${batch}; it must be a whole number above 0`);
  const kept = pairs.filter(pair => lengthOf(pair) <= longest && pair.source.length > 0 && pair.target.length > 0);
  if (kept.length === 0)
    throw new ResidualError(
      'data',
      `pairBatches: of ${pairs.length} pairs none has two sides of 1 to ${longest} tokens; there is nothing to learn from`,
    );
  const perRound = Math.ceil(kept.length / batch);
  return {
    from: function* (position) {
      for (let round = Math.floor(position / perRound), skip = position % perRound; round < rounds; round++, skip = 0)
        for (const group of roundOf(kept, options, round).slice(skip)) yield batchOf(group, options);
    },
  };
}

function roundOf(pairs: readonly Pair[], { batch, seed, pool = 64 }: PairOptions, round: number): Pair[][] {
  const order = seed === undefined ? pairs : Array.from(shuffledOrder(pairs.length, { seed, round }), i => pairs[i]!);
  const groups: Pair[][] = [];
  for (let from = 0; from < order.length; from += batch * pool) {
    const near = order.slice(from, from + batch * pool);
    if (pool > 1) near.sort((a, b) => lengthOf(a) - lengthOf(b) || a.source.length - b.source.length);
    for (let at = 0; at < near.length; at += batch) groups.push(near.slice(at, at + batch));
  }
  if (seed === undefined) return groups;
  return Array.from(shuffledOrder(groups.length, { seed, round: round + 0x8000_0000 }), i => groups[i]!);
}

/** Pairs side by side. */
function batchOf(pairs: readonly Pair[], { padding, start, multiple = 8 }: PairOptions): PairBatch {
  const rows = pairs.length;
  const widest = (side: keyof Pair) =>
    Math.ceil(Math.max(...pairs.map(pair => pair[side].length)) / multiple) * multiple;
  const [sourceLength, targetLength] = [widest('source'), widest('target')];
  const source = new Int32Array(rows * sourceLength).fill(padding);
  const target = new Int32Array(rows * targetLength).fill(padding);
  const labels = new Int32Array(rows * targetLength).fill(ignored);
  for (const [row, pair] of pairs.entries()) {
    source.set(pair.source, row * sourceLength);
    labels.set(pair.target, row * targetLength);
    target[row * targetLength] = start;
    for (let i = 1; i < pair.target.length; i++) target[row * targetLength + i] = pair.target[i - 1]!;
  }
  const lengths = Int32Array.from(pairs, pair => pair.source.length);
  return { rows, sourceLength, targetLength, source, lengths, target, labels };
}

function lengthOf({ source, target }: Pair): number {
  return Math.max(source.length, target.length);
}

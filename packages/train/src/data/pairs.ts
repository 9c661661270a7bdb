import { expectOptions, ResidualError } from '@residual/tensor';
import type { Batches } from '../loop/batches.js';
import { shuffledOrder } from './shuffle.js';
import { ignoreIndex } from './token-batch.js';

/** A text and what belongs to it in the other language, as token ids; the target with its end token. */
export interface Pair {
  readonly source: ArrayLike<number>;
  readonly target: ArrayLike<number>;
}

/** Ragged pairs side by side, padded on the right. */
export interface PairBatch {
  readonly sequences: number;
  readonly sourceLength: number;
  readonly targetLength: number;
  /** Ids [sequences · sourceLength], and how many of each row are no padding. */
  readonly source: Int32Array;
  readonly sourceLengths: Int32Array;
  /** What the decoder is fed [sequences · targetLength]: the start token, then the target but its last token. */
  readonly target: Int32Array;
  /** The target itself [sequences · targetLength]; -100 on padding. */
  readonly labels: Int32Array;
}

/** Settings of `pairBatches`. */
export interface PairOptions {
  /** Pairs in a batch; fewer at the end of a round. */
  readonly batch: number;
  /** The id that fills rows up. */
  readonly padTokenId: number;
  /** The id the decoder begins with. */
  readonly decoderStartTokenId: number;
  /** Shuffles anew for each round; in their order if absent. */
  readonly seed?: number;
  /** Batches are made of pairs of like length among so many batches' worth of pairs, 64 if absent; 1 leaves their order alone. */
  readonly batchesPerBucket?: number;
  /** Pairs with a longer side are left out; none if absent. */
  readonly maxLength?: number;
  /** Lengths are rounded up to a multiple of this, so that a GPU compiles for few shapes; 8 if absent. */
  readonly padToMultipleOf?: number;
  /** How often the pairs are gone through; without end if absent. */
  readonly epochs?: number;
}

/**
 * Batches of ragged pairs: shuffled, then sorted by length within pools so that little is padding, then the batches of a pool shuffled again. A batch follows
 * from the seed and its position alone. Errors where no pair is left.
 */
export function pairBatches(pairs: readonly Pair[], options: PairOptions): Batches<PairBatch> {
  expectOptions('pairBatches', options, {
    batch: 1,
    padTokenId: 1,
    decoderStartTokenId: 1,
    seed: 0,
    batchesPerBucket: 0,
    maxLength: 0,
    padToMultipleOf: 0,
    epochs: 0,
  });
  const { batch, maxLength = Number.POSITIVE_INFINITY, epochs = Number.POSITIVE_INFINITY } = options;
  if (!(Number.isInteger(batch) && batch > 0))
    throw new ResidualError('range', `pairBatches: batch is ${batch}; it must be a whole number above 0`);
  const usablePairs = pairs.filter(
    pair => lengthOf(pair) <= maxLength && pair.source.length > 0 && pair.target.length > 0,
  );
  if (usablePairs.length === 0)
    throw new ResidualError(
      'data',
      `pairBatches: of ${pairs.length} pairs none has two sides of 1 to ${maxLength} tokens; there is nothing to learn from`,
    );
  const batchesPerEpoch = Math.ceil(usablePairs.length / batch);
  return {
    from: function* (position) {
      for (
        let epoch = Math.floor(position / batchesPerEpoch), skip = position % batchesPerEpoch;
        epoch < epochs;
        epoch++, skip = 0
      )
        for (const group of batchesOfEpoch(usablePairs, options, epoch).slice(skip)) yield collate(group, options);
    },
  };
}

function batchesOfEpoch(
  pairs: readonly Pair[],
  { batch, seed, batchesPerBucket = 64 }: PairOptions,
  epoch: number,
): Pair[][] {
  const order = seed === undefined ? pairs : Array.from(shuffledOrder(pairs.length, { seed, epoch }), i => pairs[i]!);
  const groups: Pair[][] = [];
  for (let from = 0; from < order.length; from += batch * batchesPerBucket) {
    const bucket = order.slice(from, from + batch * batchesPerBucket);
    if (batchesPerBucket > 1) bucket.sort((a, b) => lengthOf(a) - lengthOf(b) || a.source.length - b.source.length);
    for (let at = 0; at < bucket.length; at += batch) groups.push(bucket.slice(at, at + batch));
  }
  if (seed === undefined) return groups;
  return Array.from(shuffledOrder(groups.length, { seed, epoch: epoch + 0x8000_0000 }), i => groups[i]!);
}

/** Pairs side by side. */
function collate(
  pairs: readonly Pair[],
  { padTokenId, decoderStartTokenId, padToMultipleOf = 8 }: PairOptions,
): PairBatch {
  const sequences = pairs.length;
  const paddedLength = (side: keyof Pair) =>
    Math.ceil(Math.max(...pairs.map(pair => pair[side].length)) / padToMultipleOf) * padToMultipleOf;
  const [sourceLength, targetLength] = [paddedLength('source'), paddedLength('target')];
  const source = new Int32Array(sequences * sourceLength).fill(padTokenId);
  const target = new Int32Array(sequences * targetLength).fill(padTokenId);
  const labels = new Int32Array(sequences * targetLength).fill(ignoreIndex);
  for (const [row, pair] of pairs.entries()) {
    source.set(pair.source, row * sourceLength);
    labels.set(pair.target, row * targetLength);
    target[row * targetLength] = decoderStartTokenId;
    for (let i = 1; i < pair.target.length; i++) target[row * targetLength + i] = pair.target[i - 1]!;
  }
  const sourceLengths = Int32Array.from(pairs, pair => pair.source.length);
  return { sequences, sourceLength, targetLength, source, sourceLengths, target, labels };
}

function lengthOf({ source, target }: Pair): number {
  return Math.max(source.length, target.length);
}

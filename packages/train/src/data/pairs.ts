import { expectOptions, ResidualError } from '@residual/tensor';
import type { Batches } from '../loop/batches.js';
import { expectCounts } from '../numbers.js';
import { shuffledOrder } from './shuffle.js';
import { ignoreIndex } from './token-batch.js';

/** Token ids of a source and of its target, which includes the end token. */
export interface Pair {
  readonly source: ArrayLike<number>;
  readonly target: ArrayLike<number>;
}

/** A batch of pairs, padded on the right. */
export interface PairBatch {
  readonly sequences: number;
  readonly sourceLength: number;
  readonly targetLength: number;
  /** Ids [sequences · sourceLength]; `sourceLengths` [sequences] are the lengths without padding. */
  readonly source: Int32Array;
  readonly sourceLengths: Int32Array;
  /** The decoder input [sequences · targetLength]: the start token, then the target without its last token. */
  readonly target: Int32Array;
  /** The target [sequences · targetLength]; -100 on padding. */
  readonly labels: Int32Array;
}

/** Settings of `pairBatches`. */
export interface PairOptions {
  /** The number of pairs in a batch; the last batch of an epoch may have fewer. */
  readonly batch: number;
  /** The id of padding. */
  readonly padTokenId: number;
  /** The id of the decoder's first token. */
  readonly decoderStartTokenId: number;
  /** The seed that shuffles the pairs in each epoch; the order is kept if absent. */
  readonly seed?: number;
  /** Pairs are sorted by length within buckets of this many batches; 64 if absent, 1 does not sort. */
  readonly batchesPerBucket?: number;
  /** Pairs with a longer source or target are skipped; none if absent. */
  readonly maxLength?: number;
  /** Lengths are rounded up to a multiple of this, so that a GPU compiles few shapes; 8 if absent. */
  readonly padToMultipleOf?: number;
  /** The number of passes over the pairs; unlimited if absent. */
  readonly epochs?: number;
}

/**
 * Batches of pairs of different lengths. The pairs are shuffled and sorted by length within buckets, so that batches
 * have little padding, and then the batches are shuffled. A batch depends only on the seed and its position. Errors if
 * no pair is usable.
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
  expectCounts('pairBatches', { batch });
  const usablePairs = pairs.filter(
    pair => lengthOf(pair) <= maxLength && pair.source.length > 0 && pair.target.length > 0,
  );
  if (usablePairs.length === 0)
    throw new ResidualError(
      'data',
      `pairBatches: of ${pairs.length} pairs none has two sides of 1 to ${maxLength} tokens; there is nothing ` +
        'to learn from',
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

/** Pads pairs to one batch. */
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

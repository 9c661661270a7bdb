import { checkSeed, expectOptions, ResidualError, randomBitsAt, randomKey, streamOf } from '@residual/tensor';
import type { Batches } from '../loop/batches.js';
import { expectCounts } from '../numbers.js';
import { shuffledOrder } from './shuffle.js';
import { shuffledEpochs } from './shuffled-epochs.js';
import { ignoreIndex, type TokenBatch } from './token-batch.js';

/** What a decoder-only model reads, and how it should go on. */
export interface PromptedTarget {
  /** Token ids, one or more. */
  readonly prompt: ArrayLike<number>;
  /** Token ids, one or more, with the end token. */
  readonly target: ArrayLike<number>;
  /**
   * What is read in the place of the target, token by token, such as the target with some tokens replaced, so that the
   * model learns to go on from tokens that are wrong; the target itself if absent.
   */
  readonly input?: ArrayLike<number> | undefined;
}

/** Settings of `promptBatches`. */
export interface PromptBatchOptions<Item> {
  /** The number of items in a batch. */
  readonly batch: number;
  /** The seed of the order and of `random`. */
  readonly seed: number;
  /** The tokens of an item. `random` gives numbers in [0, 1), others each time the item is used. */
  readonly encode: (item: Item, random: () => number) => PromptedTarget;
  /** Items are sorted by length within as many batches; 8 if absent. */
  readonly batchesPerBucket?: number;
}

/**
 * Endless batches of prompts with their targets, for `languageModelLoss`: only the targets count. Each item comes once
 * in an epoch and is encoded anew, so that it can be augmented; items of similar length come together. A batch depends
 * only on the seed and its position. Errors if there is no item.
 */
export function promptBatches<Item>(items: readonly Item[], options: PromptBatchOptions<Item>): Batches<TokenBatch> {
  expectOptions('promptBatches', options, { batch: 1, seed: 1, encode: 1, batchesPerBucket: 0 });
  const { batch, seed, encode, batchesPerBucket = 8 } = options;
  expectCounts('promptBatches', { batch, batchesPerBucket });
  checkSeed('promptBatches', seed);
  if (items.length === 0)
    throw new ResidualError('data', 'promptBatches: there is no item; there is nothing to learn from');
  const itemsFrom = shuffledEpochs(items, seed);
  const size = batch * batchesPerBucket;
  const bucketAt = (bucket: number): TokenBatch[] => {
    const encoded = itemsFrom(bucket * size, size).map((item, i) => encode(item, randomOf(seed, bucket * size + i)));
    const byLength = encoded.sort((a, b) => lengthOf(a) - lengthOf(b));
    const order = Array.from(shuffledOrder(batchesPerBucket, { seed, epoch: bucket }));
    return order.map(i => promptBatch(byLength.slice(i * batch, (i + 1) * batch)));
  };
  return {
    from: function* (position) {
      for (
        let bucket = Math.floor(position / batchesPerBucket), skip = position % batchesPerBucket;
        ;
        bucket++, skip = 0
      )
        yield* bucketAt(bucket).slice(skip);
    },
  };
}

/** Prompts and targets as one batch, padded on the right; only the tokens of the targets are labels. */
export function promptBatch(items: readonly PromptedTarget[]): TokenBatch {
  const length = Math.max(...items.map(lengthOf)) - 1; // the last token is only a label
  const ids = new Int32Array(items.length * length);
  const labels = new Int32Array(items.length * length).fill(ignoreIndex);
  for (const [row, { prompt, target, input = target }] of items.entries()) {
    if (prompt.length === 0 || target.length === 0)
      throw new ResidualError(
        'data',
        `promptBatch: item ${row} has ${prompt.length} tokens of a prompt and ${target.length} of a target; ` +
          'both need one',
      );
    if (input.length !== target.length)
      throw new ResidualError(
        'data',
        `promptBatch: item ${row} has ${input.length} tokens to read for a target of ${target.length}; ` +
          'they must be equal',
      );
    const at = row * length;
    ids.set(prompt, at);
    ids.set(Array.from(input).slice(0, -1), at + prompt.length);
    labels.set(target, at + prompt.length - 1);
  }
  return { sequences: items.length, length, ids, labels };
}

const lengthOf = ({ prompt, target }: PromptedTarget) => prompt.length + target.length;

/** The random numbers of one use of an item. */
function randomOf(seed: number, use: number): () => number {
  const key = randomKey(seed, streamOf('promptBatches'), use);
  let counter = 0;
  return () => (randomBitsAt(key, counter++) >>> 8) * 2 ** -24;
}

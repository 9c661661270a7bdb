import { checkSeed, expectOptions, ResidualError, randomBits, streamOf } from '@residual/tensor';

/** A permutation of 0 .. count - 1 that depends only on the seed and the epoch (Fisher-Yates shuffle). */
export function shuffledOrder(count: number, options: { readonly seed: number; readonly epoch?: number }): Uint32Array {
  expectOptions('shuffledOrder', options, { seed: 1, epoch: 0 });
  const { seed, epoch = 0 } = options;
  checkSeed('shuffledOrder', seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const stream = streamOf(`shuffle.${epoch}`);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor((randomBits(seed, stream, i) / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/**
 * Splits items at random into training and validation data, each in the original order. `share` is the fraction for
 * validation. Errors if a part is empty.
 */
export function trainValidationSplit<Item>(
  items: readonly Item[],
  options: { readonly share: number; readonly seed?: number },
): { readonly training: Item[]; readonly validation: Item[] } {
  expectOptions('trainValidationSplit', options, { share: 1, seed: 0 });
  const { share, seed = 0 } = options;
  const size = Math.round(items.length * share);
  if (!(size > 0 && size < items.length))
    throw new ResidualError(
      'data',
      `trainValidationSplit: a share of ${share} of ${items.length} items leaves ${size} for validation and ` +
        `${items.length - size} to train on; both need some`,
    );
  const validationIndices = new Set(shuffledOrder(items.length, { seed }).subarray(0, size));
  return {
    training: items.filter((_, i) => !validationIndices.has(i)),
    validation: items.filter((_, i) => validationIndices.has(i)),
  };
}

import { type MatrixNeed, matrix, type PositionEncoding, stepPositionsOf, type Weights } from '@residual/layers';
import {
  add,
  embed,
  expectInteger,
  expectOptions,
  expectValue,
  maximum,
  minimum,
  range,
  reshape,
  sub,
  type Tensor,
  tensor,
  transpose,
} from '@residual/tensor';

/** The position encoding of `relativePositions`. */
export interface RelativePositions extends PositionEncoding<{ readonly weight: MatrixNeed }> {
  readonly heads: number;
}

/** Settings of `relativePositions` and `relativeBucket`. */
export interface RelativePositionsOptions {
  /** Number of heads of the attention; each has its own biases. */
  readonly heads: number;
  /** Number of buckets of distances; 32 if absent. */
  readonly buckets?: number;
  /** Distances from here on share the last bucket; 128 if absent. */
  readonly maxDistance?: number;
  /**
   * Whether keys after the query have their own buckets, as in an encoder; if false or absent, they share the bucket of
   * distance 0.
   */
  readonly bidirectional?: boolean;
}

/**
 * Relative position bias of T5 (Raffel et al. 2020): adds to the scores a learned bias per head and bucket of key
 * position - query position, [1 | batch, heads, queryLen, keyLen], for keys at positions 0 .. keyLen - 1. All blocks of
 * a stack may share one table [buckets, heads].
 */
export function relativePositions(options: RelativePositionsOptions): RelativePositions {
  expectOptions('relativePositions', options, { heads: 1, buckets: 0, maxDistance: 0, bidirectional: 0 });
  const { heads, buckets = 32, maxDistance = 128 } = options;
  expectBuckets(options);
  const needs = { weight: matrix([buckets, heads], { role: 'position' }) };
  // Buckets of the distances -reach .. reach. The reach doubles for longer sequences, because maxDistance may be any
  // number.
  let latest = { reach: 0, buckets: new Int32Array() };
  const bucketsFor = (length: number) => {
    const reach = Math.min(maxDistance, Math.max(128, 2 ** Math.ceil(Math.log2(length))));
    if (latest.reach !== reach) {
      const distances = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
      latest = { reach, buckets: Int32Array.from(distances, distance => relativeBucket(distance, options)) };
    }
    return latest;
  };
  return {
    needs,
    about: { name: 'relativePositions' },
    heads,
    onScores: (weights: Weights<typeof needs>, { queryLen, keyLen }, scope): Tensor => {
      const { positionIds, totalLength } = stepPositionsOf(scope, queryLen);
      const { reach, buckets } = bucketsFor(Math.max(keyLen, totalLength));
      const distance = sub(
        reshape(range(keyLen), [1, 1, keyLen]),
        reshape(positionIds, [positionIds.shape[0]!, queryLen, 1]),
      );
      const row = add(minimum(maximum(distance, -reach), reach), reach);
      const byDistance = embed(weights.weight, tensor(buckets, [buckets.length], 'int32')); // [distances, heads]
      return transpose(embed(byDistance, row), [0, 3, 1, 2]);
    },
  };
}

/**
 * The bucket of a distance (key position - query position): each small distance has its own bucket, and larger ones up
 * to `maxDistance` share logarithmically wider buckets (Raffel et al. 2020). Computed in float32, as in the reference,
 * because rounding decides at the borders.
 */
export function relativeBucket(distance: number, options: Omit<RelativePositionsOptions, 'heads'>): number {
  const { buckets = 32, maxDistance = 128, bidirectional = false } = options;
  const size = bidirectional ? Math.floor(buckets / 2) : buckets; // an odd bucket is unused
  const first = bidirectional && distance > 0 ? size : 0;
  const away = bidirectional ? Math.abs(distance) : Math.max(-distance, 0);
  const exact = Math.floor(size / 2);
  if (away < exact) return first + away;
  const float = Math.fround;
  const powers = float(float(Math.log(float(away / exact))) / float(Math.log(maxDistance / exact)));
  return first + Math.min(exact + Math.floor(float(powers * (size - exact))), size - 1);
}

function expectBuckets({ buckets = 32, maxDistance = 128, bidirectional = false }: RelativePositionsOptions): void {
  const least = bidirectional ? 4 : 2;
  expectInteger('relativePositions', 'buckets', buckets, { min: least, code: 'range' });
  const exact = Math.floor(buckets / least);
  const fits = Number.isInteger(maxDistance) && maxDistance > exact;
  const need = `a whole number above ${exact} with ${buckets} buckets`;
  expectValue(fits, 'relativePositions', 'maxDistance', maxDistance, need, 'range');
}

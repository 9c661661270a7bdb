import { type PositionEncoding, stepPositionsOf } from '@residual/layers';
import {
  expectInteger,
  expectOptions,
  mul,
  ResidualError,
  range,
  reshape,
  sub,
  type Tensor,
  tensor,
  toFloat,
} from '@residual/tensor';

/**
 * The ALiBi slope of each head, 2^(-8 (h + 1) / heads). If `heads` is not a power of two: the slopes of the next lower
 * power, then every second one of the next higher power (Press et al. 2021). Errors unless `heads` is a whole number
 * above 0.
 */
export function alibiSlopes(heads: number): number[] {
  expectInteger('alibiSlopes', 'heads', heads, { min: 1, code: 'range' });
  const power = 2 ** Math.floor(Math.log2(heads));
  const slopes = (count: number) => Array.from({ length: count }, (_, h) => 2 ** ((-8 * (h + 1)) / count));
  const between = slopes(2 * power).filter((_, index) => index % 2 === 0);
  return [...slopes(power), ...between.slice(0, heads - power)];
}

/** The position encoding of `alibi`. */
export interface Alibi extends PositionEncoding<Record<never, never>> {
  readonly heads: number;
}

/** Settings of `alibi`. */
export interface AlibiOptions {
  /** Number of heads of the attention. */
  readonly heads: number;
  /** The slope of each head; `alibiSlopes(heads)` if absent. */
  readonly slopes?: readonly number[];
}

/**
 * Attention with linear biases (ALiBi, Press et al. 2021): adds slope · (key position - query position) to the scores,
 * [1 | batch, heads, queryLen, keyLen], for keys at positions 0 .. keyLen - 1. It has no weights and no length limit.
 */
export function alibi(options: AlibiOptions): Alibi {
  expectOptions('alibi', options, { heads: 1, slopes: 0 });
  const { heads, slopes = alibiSlopes(heads) } = options;
  if (slopes.length !== heads)
    throw new ResidualError('fit', `alibi: there are ${slopes.length} slopes for ${heads} heads`);
  return {
    needs: {},
    about: { name: 'alibi' },
    heads,
    onScores: (_: unknown, { queryLen, keyLen }, scope): Tensor => {
      const { positionIds } = stepPositionsOf(scope, queryLen);
      const steps = sub(
        reshape(range(keyLen), [1, 1, 1, keyLen]),
        reshape(positionIds, [positionIds.shape[0]!, 1, queryLen, 1]),
      );
      return mul(toFloat(steps), tensor(slopes, [1, heads, 1, 1]));
    },
  };
}

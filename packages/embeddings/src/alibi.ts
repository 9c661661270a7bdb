import { type Positions, placesOf } from '@residual/layers';
import { mul, range, reshape, sub, type Tensor, tensor, toFloat } from '@residual/tensor';

/** The slope of each head: 2^(-8 (h + 1) / heads), and for other counts than powers of two every second slope of the next one. */
export function alibiSlopes(heads: number): number[] {
  const power = 2 ** Math.floor(Math.log2(heads));
  const slopes = (count: number) => Array.from({ length: count }, (_, h) => 2 ** ((-8 * (h + 1)) / count));
  const between = slopes(2 * power).filter((_, index) => index % 2 === 0);
  return [...slopes(power), ...between.slice(0, heads - power)];
}

/**
 * Attention with linear biases (Press et al. 2021): slope · (key position - query position) is added to the scores, for keys that lie at 0 .. keyLen - 1:
 * [1 | batch, heads, queryLen, keyLen]. Nothing is learned and any length works.
 */
export function alibi({ heads }: { readonly heads: number }): Positions<Record<never, never>> {
  return {
    needs: {},
    onScores: (_: unknown, { queryLen, keyLen }, scope): Tensor => {
      const { ids } = placesOf(scope, queryLen);
      const steps = sub(reshape(range(keyLen), [1, 1, 1, keyLen]), reshape(ids, [ids.shape[0]!, 1, queryLen, 1]));
      return mul(toFloat(steps), tensor(alibiSlopes(heads), [1, heads, 1, 1]));
    },
  };
}

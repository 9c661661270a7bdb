import { sinusoidalPositions } from '@residual/embeddings';
import { type PositionEncoding, stepPositionsOf, type VectorNeed, vector, type Weights } from '@residual/layers';
import { add, mul, type Tensor, zeros } from '@residual/tensor';

/** The needs of `scaledSinusoids`. */
type Needs = { readonly scale: VectorNeed; readonly positions: PositionEncoding };

/**
 * Sinusoidal positions times a learned number (Li et al. 2019): adds scale · sinusoids to x [batch, length, dim].
 * Running it errors if a sequence is longer than `maxPositions`.
 */
export function scaledSinusoids(maxPositions: number, dim: number): PositionEncoding<Needs> & { maxPositions: number } {
  const positions = sinusoidalPositions({ maxPositions, dim });
  return {
    needs: { scale: vector([], 1), positions },
    about: { name: 'scaledSinusoids' },
    maxPositions,
    dim,
    onInput: (w: Weights<Needs>, x: Tensor, scope) => {
      const length = stepPositionsOf(scope, x.shape[1]!).positionIds.shape[1]!;
      return add(x, mul(positions.onInput!(w.positions as never, zeros([1, length, dim]), scope), w.scale));
    },
  };
}

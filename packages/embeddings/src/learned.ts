import { type MatrixNeed, matrix, type Positions, placesOf, type Weights } from '@residual/layers';
import { add, embed, ResidualError, type Tensor } from '@residual/tensor';

/** A learned vector for each position, added to the input. */
export interface LearnedPositions extends Positions<{ weight: MatrixNeed }> {
  readonly positions: number;
}

/**
 * Learned positions [positions, dim]: x [batch, length, dim] plus the row of each place. `offset` rows at the start belong to no position (OPT and BART
 * keep 2). Errors when a sequence is longer than the table.
 */
export function learnedPositions({
  positions,
  dim,
  offset = 0,
}: {
  readonly positions: number;
  readonly dim: number;
  readonly offset?: number;
}): LearnedPositions {
  const needs = { weight: matrix([positions + offset, dim], { role: 'position' }) };
  return {
    needs,
    positions,
    onInput: (weights: Weights<typeof needs>, x: Tensor, scope) => {
      const { ids, total } = placesOf(scope, x.shape[1]!);
      expectRoom('learnedPositions', total, positions);
      return add(x, embed(weights.weight, offset === 0 ? ids : add(ids, offset)));
    },
  };
}

/** Throws when a sequence is longer than the positions there are. */
export function expectRoom(name: string, total: number, positions: number): void {
  if (total <= positions) return;
  throw new ResidualError(
    'positions',
    `${name}: a sequence of ${total} tokens is longer than the ${positions} positions`,
  );
}

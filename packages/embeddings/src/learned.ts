import { type MatrixNeed, matrix, type Positions, placesOf, type Weights } from '@residual/layers';
import { add, embed, expectOptions, type Tensor } from '@residual/tensor';
import { expectRoom } from './room.js';

/** A learned vector for each position, added to the input. */
export interface LearnedPositions extends Positions<{ readonly weight: MatrixNeed }> {
  readonly positions: number;
  readonly dim: number;
}

/** Settings of `learnedPositions`. */
export interface LearnedPositionsOptions {
  /** Longest sequence. */
  readonly positions: number;
  /** Width of the vectors: that of the input. */
  readonly dim: number;
  /** Rows at the start of the table that belong to no position (OPT and BART keep 2); none if absent. */
  readonly offset?: number;
}

/**
 * Learned positions [offset + positions, dim]: x [batch, length, dim] plus the row of each place (Gehring et al. 2017). Errors when a sequence is longer
 * than `positions`.
 */
export function learnedPositions(options: LearnedPositionsOptions): LearnedPositions {
  expectOptions('learnedPositions', options, { positions: 1, dim: 1, offset: 0 });
  const { positions, dim, offset = 0 } = options;
  const needs = { weight: matrix([positions + offset, dim], { role: 'position' }) };
  return {
    needs,
    about: { name: 'learnedPositions' },
    positions,
    dim,
    onInput: (weights: Weights<typeof needs>, x: Tensor, scope) => {
      const { ids, total } = placesOf(scope, x.shape[1]!);
      expectRoom('learnedPositions', total, positions);
      return add(x, embed(weights.weight, offset === 0 ? ids : add(ids, offset)));
    },
  };
}

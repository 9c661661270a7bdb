import { type MatrixNeed, matrix, type PositionEncoding, stepPositionsOf, type Weights } from '@residual/layers';
import { add, embed, expectOptions, type Tensor } from '@residual/tensor';
import { expectMaxPositions } from './max-positions.js';

/** A learned vector for each position, added to the input. */
export interface LearnedPositions extends PositionEncoding<{ readonly weight: MatrixNeed }> {
  readonly maxPositions: number;
  readonly dim: number;
}

/** Settings of `learnedPositions`. */
export interface LearnedPositionsOptions {
  /** Longest sequence. */
  readonly maxPositions: number;
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
  expectOptions('learnedPositions', options, { maxPositions: 1, dim: 1, offset: 0 });
  const { maxPositions, dim, offset = 0 } = options;
  const needs = { weight: matrix([maxPositions + offset, dim], { role: 'position' }) };
  return {
    needs,
    about: { name: 'learnedPositions' },
    maxPositions,
    dim,
    onInput: (weights: Weights<typeof needs>, x: Tensor, scope) => {
      const { positionIds, totalLength } = stepPositionsOf(scope, x.shape[1]!);
      expectMaxPositions('learnedPositions', totalLength, maxPositions);
      return add(x, embed(weights.weight, offset === 0 ? positionIds : add(positionIds, offset)));
    },
  };
}

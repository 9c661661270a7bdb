import { type MatrixNeed, matrix, type PositionEncoding, stepPositionsOf, type Weights } from '@residual/layers';
import { add, embed, expectOptions, type Tensor } from '@residual/tensor';
import { expectMaxPositions } from './max-positions.js';

/** The position encoding of `learnedPositions`. */
export interface LearnedPositions extends PositionEncoding<{ readonly weight: MatrixNeed }> {
  readonly maxPositions: number;
  readonly dim: number;
}

/** Settings of `learnedPositions`. */
export interface LearnedPositionsOptions {
  /** The length of the longest sequence. */
  readonly maxPositions: number;
  /** Width of the input. */
  readonly dim: number;
  /** Unused rows at the start of the table (OPT and BART have 2); 0 if absent. */
  readonly offset?: number;
}

/**
 * Learned position embeddings (Gehring et al. 2017): adds the row of each position of a table [offset + maxPositions,
 * dim] to x [batch, length, dim]. Tap: `embedding`, the rows [1 | batch, length, dim]. Running it
 * errors if a sequence is longer than `maxPositions`.
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
      const rows = embed(weights.weight, offset === 0 ? positionIds : add(positionIds, offset));
      return add(x, scope.tap('embedding', rows));
    },
  };
}

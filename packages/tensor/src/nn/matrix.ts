import { ResidualError } from '../errors.js';
import { isTensor, type Matrix, type Tensor } from '../tensor.js';
import { isPacked } from './packed/packed-matrix.js';

/**
 * A LoRA adapter (Hu et al. 2021): the low-rank matrix scale · up down, which is added to a base matrix while it is
 * active.
 */
export interface LowRankAdapter {
  /** [rank, in]. */
  down: Tensor;
  /** [out, rank]. */
  up: Tensor;
  /** The factor of the product, alpha / rank in LoRA. */
  scale: number;
  /** Whether it is added. */
  active: boolean;
  /** Whether it is already merged into the base, so that it is not added again. */
  merged?: boolean;
}

/** A matrix [out, in] with named adapters: base + Σ scale · up down over the active ones (Hu et al. 2021). */
export interface LowRankSum extends Matrix {
  base: Matrix;
  readonly parts: Record<string, LowRankAdapter>;
}

/** Whether a matrix is a `LowRankSum`. */
export function isLowRankSum(matrix: unknown): matrix is LowRankSum {
  return typeof matrix === 'object' && matrix !== null && 'base' in matrix && 'parts' in matrix;
}

/**
 * The tensor of a dense matrix, without a copy. Errors if the matrix is packed, has low-rank adapters that are not
 * merged, or an unknown form.
 */
export function dense(matrix: Matrix): Tensor {
  if (isTensor(matrix)) return matrix;
  if (isLowRankSum(matrix)) {
    const names = Object.keys(matrix.parts).filter(name => !matrix.parts[name]!.merged);
    if (names.length === 0) return dense(matrix.base);
    throw new ResidualError(
      'matrix',
      `dense: the matrix has low-rank parts beside it (${names.join(', ')}); merge or detach them first`,
    );
  }
  if (isPacked(matrix)) throw new ResidualError('matrix', `dense: the matrix is packed as ${matrix.form}; unpack it`);
  throw new ResidualError(
    'matrix',
    'dense: the matrix is of a form that this version of @residual/tensor does not know',
  );
}

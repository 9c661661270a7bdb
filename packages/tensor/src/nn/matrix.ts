import { ResidualError } from '../errors.js';
import { isTensor, type Matrix, type Tensor } from '../tensor.js';
import type { LowRankSum } from './low-rank.js';

/**
 * The tensor of a dense matrix, without a copy. Errors if the matrix has low-rank adapters that are not merged, or an
 * unknown form.
 */
export function dense(matrix: Matrix): Tensor {
  if (isTensor(matrix)) return matrix;
  if (isSum(matrix)) {
    const names = Object.keys(matrix.parts).filter(name => !matrix.parts[name]!.merged);
    if (names.length === 0) return dense(matrix.base);
    throw new ResidualError(
      'matrix',
      `dense: the matrix has low-rank parts beside it (${names.join(', ')}); merge or detach them first`,
    );
  }
  throw new ResidualError(
    'matrix',
    'dense: the matrix is of a form that this version of @residual/tensor does not know',
  );
}

function isSum(matrix: Matrix): matrix is LowRankSum {
  return 'parts' in matrix && 'base' in matrix;
}

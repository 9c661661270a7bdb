import { ResidualError } from '../errors.js';
import { isTensor, type Matrix, type Tensor } from '../tensor.js';

/** The plain tensor of a dense matrix, without copying. Errors for a form that this version does not know. */
export function dense(matrix: Matrix): Tensor {
  if (isTensor(matrix)) return matrix;
  if ('parts' in matrix) {
    const names = Object.keys(matrix.parts as object).join(', ');
    throw new ResidualError(
      'matrix',
      `dense: the matrix has low-rank parts beside it (${names}); merge or detach them first`,
    );
  }
  throw new ResidualError(
    'matrix',
    'dense: the matrix is of a form that this version of @residual/tensor does not know',
  );
}

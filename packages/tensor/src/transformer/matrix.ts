import { ResidualError } from '../errors.js';
import { isTensor, type Matrix, type Tensor } from '../tensor.js';

/** The plain tensor of a dense matrix, without copying. Errors for a form that this version does not know. */
export function dense(matrix: Matrix): Tensor {
  if (isTensor(matrix)) return matrix;
  throw new ResidualError(
    'matrix',
    'dense: the matrix is of a form that this version of @residual/tensor does not know',
  );
}

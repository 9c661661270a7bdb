import { isLowRankSum, isPacked, type Matrix, type PackedForm } from '@residual/tensor';
import type { Weights } from './needs.js';
import { flatten, type HasNeeds } from './tree.js';

/**
 * The form of each matrix of a tree of weights, for `formOf` of `describe`: that of its base if it has low-rank
 * adapters; undefined for float32.
 */
export function formsOf<N>(layer: HasNeeds<N>, weights: Weights<N>): (path: string) => PackedForm | undefined {
  const leaves = flatten(layer, weights);
  return path => formOfMatrix(leaves.get(path));
}

function formOfMatrix(matrix: Matrix | undefined): PackedForm | undefined {
  if (isLowRankSum(matrix)) return formOfMatrix(matrix.base);
  return isPacked(matrix) ? matrix.form : undefined;
}

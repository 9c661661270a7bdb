import { matMul, reshape, type Tensor, tensor, transpose } from '@residual/tensor';
import type { PatchGrid } from './patch-grid.js';
import { type ResizeMethod, resizeWeights } from './resize-weights.js';

/** Settings of `resizeGrid`. */
export interface ResizeGridOptions {
  /** The grid of the table. */
  readonly from: PatchGrid;
  /** The grid of the result. */
  readonly to: PatchGrid;
  /** How entries between those of the table are made. */
  readonly method: ResizeMethod;
}

/** A table over a grid, [rows · columns, dim], for a grid of another size; gradients flow to the table. */
export function resizeGrid(table: Tensor, { from, to, method }: ResizeGridOptions): Tensor {
  if (from.rows === to.rows && from.columns === to.columns) return table;
  const dim = table.shape[1]!;
  const along = (a: number, b: number) => tensor(resizeWeights(a, b, method), [b, a]);
  const rows = matMul(along(from.rows, to.rows), reshape(table, [from.rows, from.columns * dim]));
  const turned = transpose(reshape(rows, [to.rows, from.columns, dim]), [1, 0, 2]);
  const both = matMul(along(from.columns, to.columns), reshape(turned, [from.columns, to.rows * dim]));
  return reshape(transpose(reshape(both, [to.columns, to.rows, dim]), [1, 0, 2]), [to.rows * to.columns, dim]);
}

import { type MatrixNeed, matrix, type PositionEncoding, type Weights } from '@residual/layers';
import {
  add,
  concat,
  dense,
  expectInteger,
  expectOptions,
  expectShape,
  reshape,
  sliceAxis,
  type Tensor,
  zeros,
} from '@residual/tensor';
import { gridsOf, type PatchGrid } from './patch-grid.js';
import { resizeGrid } from './resize-grid.js';
import type { ResizeMethod } from './resize-weights.js';

/** The position encoding of `gridPositions`. */
export interface GridPositions extends PositionEncoding<{ readonly weight: MatrixNeed }> {
  readonly grid: PatchGrid;
  readonly dim: number;
}

/** Settings of `gridPositions`. */
export interface GridPositionsOptions {
  /** The grid of the table. */
  readonly grid: PatchGrid;
  /** Width of the input. */
  readonly dim: number;
  /** The number of tokens before the patches that have positions too, such as a class token; 0 if absent. */
  readonly prefix?: number;
  /** How the table is resized for other grids; `bicubic` if absent. */
  readonly resize?: ResizeMethod;
}

/**
 * Learned positions of the patches of a picture (Dosovitskiy et al. 2021): adds a table [prefix + rows · columns, dim]
 * to x [batch, prefix + patches, dim]. For a grid of another size the rows of the patches are resized. Where pictures
 * have grids of their own, each is padded at the end with its first position. Tap: `embedding`, [1 | batch, prefix +
 * patches, dim].
 */
export function gridPositions(options: GridPositionsOptions): GridPositions {
  expectOptions('gridPositions', options, { grid: 1, dim: 1, prefix: 0, resize: 0 });
  const { grid, dim, prefix = 0, resize: method = 'bicubic' } = options;
  expectInteger('gridPositions', 'grid.rows', grid.rows, { min: 1, code: 'fit' });
  expectInteger('gridPositions', 'grid.columns', grid.columns, { min: 1, code: 'fit' });
  expectInteger('gridPositions', 'prefix', prefix, { min: 0, code: 'fit' });
  const needs = { weight: matrix([prefix + grid.rows * grid.columns, dim], { role: 'position' }) };
  return {
    needs,
    about: { name: 'gridPositions' },
    grid,
    dim,
    onInput: (weights: Weights<typeof needs>, x: Tensor, scope) => {
      const table = dense(weights.weight);
      const patches = prefix === 0 ? table : sliceAxis(table, 0, prefix, grid.rows * grid.columns);
      const length = x.shape[1]! - prefix;
      const resized = new Map<string, Tensor>();
      const rows = gridsOf('gridPositions', scope).map(to => {
        const key = `${to.rows} ${to.columns}`;
        const known = resized.get(key) ?? padded(resizeGrid(patches, { from: grid, to, method }), length);
        resized.set(key, known);
        const first = prefix === 0 ? known : concat([sliceAxis(table, 0, 0, prefix), known], 0);
        return reshape(first, [1, prefix + length, dim]);
      });
      return add(x, scope.tap('embedding', rows.length === 1 ? rows[0]! : concat(rows, 0)));
    },
  };
}

/** Rows [count, dim] as [length, dim], filled up with the first. Errors if there are more. */
function padded(rows: Tensor, length: number): Tensor {
  const [count, dim] = rows.shape as [number, number];
  expectShape(count <= length, () => `gridPositions: a grid of ${count} patches has an input of ${length}`);
  if (count === length) return rows;
  const first = sliceAxis(rows, 0, 0, 1);
  return concat([rows, add(first, zeros([length - count, dim]))], 0);
}

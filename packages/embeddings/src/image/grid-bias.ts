import { type MatrixNeed, matrix, type PositionEncoding, type Weights } from '@residual/layers';
import {
  concat,
  dense,
  expectInteger,
  expectOptions,
  expectShape,
  gather,
  reshape,
  sliceAxis,
  type Tensor,
  tensor,
  transpose,
} from '@residual/tensor';
import { type PatchGrid, sharedGrid, showGrid } from './patch-grid.js';
import { resizeGrid } from './resize-grid.js';

/** The position encoding of `gridBias`. */
export interface GridBias extends PositionEncoding<{ readonly weight: MatrixNeed }> {
  readonly heads: number;
}

/** Settings of `gridBias`. */
export interface GridBiasOptions {
  /** The grid of the patches for which the table is made. */
  readonly grid: PatchGrid;
  /** Number of heads of the attention; each has its own biases. */
  readonly heads: number;
}

/**
 * Relative positions over the patches of a picture, after a class token (Bao et al. 2022, BEiT): adds to the scores a
 * learned bias for each head and each difference of two patches in rows and columns, [1, heads, 1 + patches, 1 +
 * patches]. The table is [(2 rows - 1) · (2 columns - 1) + 3, heads]; its last three rows are for the class token to
 * patches, patches to it, and it to itself. For a grid of another size it is resized bilinearly; the table of a grid
 * that is not square, too, from (2 columns - 1) x (2 rows - 1), as in the reference.
 */
export function gridBias(options: GridBiasOptions): GridBias {
  expectOptions('gridBias', options, { grid: 1, heads: 1 });
  const { grid, heads } = options;
  expectInteger('gridBias', 'grid.rows', grid.rows, { min: 1, code: 'fit' });
  expectInteger('gridBias', 'grid.columns', grid.columns, { min: 1, code: 'fit' });
  const distances = (2 * grid.rows - 1) * (2 * grid.columns - 1);
  const from = { rows: 2 * grid.columns - 1, columns: 2 * grid.rows - 1 };
  const needs = { weight: matrix([distances + 3, heads], { role: 'position' }) };
  let latest: { grid: PatchGrid; index: Int32Array } | undefined; // shared by all blocks of a pass
  const indexOf = (to: PatchGrid) => {
    if (latest?.grid.rows !== to.rows || latest.grid.columns !== to.columns)
      latest = { grid: to, index: gridBiasRows(to) };
    return latest.index;
  };
  return {
    needs,
    about: { name: 'gridBias' },
    heads,
    onScores: (weights: Weights<typeof needs>, { queryLen, keyLen }, scope): Tensor => {
      const to = sharedGrid('gridBias', scope);
      const length = 1 + to.rows * to.columns;
      expectShape(
        queryLen === length && keyLen === length,
        () =>
          `gridBias: ${showGrid(to)} and a class token are ${length} positions; there are ${queryLen} and ${keyLen}`,
      );
      const table = dense(weights.weight);
      const resized = resizeGrid(sliceAxis(table, 0, 0, distances), {
        from,
        to: { rows: 2 * to.rows - 1, columns: 2 * to.columns - 1 },
        method: 'bilinear',
      });
      const all = concat([resized, sliceAxis(table, 0, distances, 3)], 0);
      const index = indexOf(to);
      const rows = gather(all, tensor(index, [index.length], 'int32'), 0); // [length², heads]
      return reshape(transpose(rows, [1, 0]), [1, heads, length, length]);
    },
  };
}

/** The row of the table of `gridBias` for each query and key of a grid of its own size, [1 + patches, 1 + patches]. */
export function gridBiasRows({ rows, columns }: PatchGrid): Int32Array {
  const length = 1 + rows * columns;
  const distances = (2 * rows - 1) * (2 * columns - 1);
  const index = new Int32Array(length * length);
  for (let query = 0; query < length; query++)
    for (let key = 0; key < length; key++) {
      const [a, b] = [query - 1, key - 1];
      const down = Math.floor(a / columns) - Math.floor(b / columns) + rows - 1;
      const across = (a % columns) - (b % columns) + columns - 1;
      const ofPatches = down * (2 * columns - 1) + across;
      const ofClass = query === 0 ? (key === 0 ? distances + 2 : distances) : distances + 1;
      index[query * length + key] = query === 0 || key === 0 ? ofClass : ofPatches;
    }
  return index;
}

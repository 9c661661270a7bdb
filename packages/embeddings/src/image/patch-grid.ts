import { type Scope, slot } from '@residual/layers';
import { ResidualError } from '@residual/tensor';

/** How the patches of a picture lie: row after row. */
export interface PatchGrid {
  readonly rows: number;
  readonly columns: number;
}

/**
 * The slot for the grids of the patches of a batch: one that all pictures share, or one for each. A picture whose grid
 * has fewer patches than others ends with padding.
 */
export const patchGrids = /* @__PURE__ */ slot<readonly PatchGrid[]>('patchGrids');

/** The grid that all pictures of the batch share. Errors without one, or if pictures have grids of their own. */
export function sharedGrid(name: string, scope: Scope): PatchGrid {
  const grids = gridsOf(name, scope);
  if (grids.length === 1) return grids[0]!;
  throw new ResidualError(
    'fit',
    `${name}: ${grids.length} pictures have grids of their own; pictures of one size would fit`,
  );
}

/** The grids of the batch. Errors if the scope has none. */
export function gridsOf(name: string, scope: Scope): readonly PatchGrid[] {
  const grids = scope.get(patchGrids);
  if (grids && grids.length > 0) return grids;
  throw new ResidualError('fit', `${name}: there are no patchGrids at '${scope.path}'; an imageEncoder sets them`);
}

/** The grid as text: `3 x 5 patches`. */
export function showGrid({ rows, columns }: PatchGrid): string {
  return `${rows} x ${columns} patches`;
}

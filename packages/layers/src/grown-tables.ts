import { dispose, keep, type Tensor } from '@residual/tensor';

/**
 * Tables of positions for sequences that have outgrown those in the tree of weights. Each is made once for a capacity and held until a larger one takes its
 * place; whoever made this object disposes it.
 */
export class GrownTables {
  private readonly held = new Map<object, { readonly rows: number; readonly tables: readonly Tensor[] }>();

  /** The tables of `owner` with so many rows; `make` gives them where there are none of that size. */
  of(owner: object, rows: number, make: () => readonly Tensor[]): readonly Tensor[] {
    const known = this.held.get(owner);
    if (known?.rows === rows) return known.tables;
    const tables = make().map(keep);
    this.held.set(owner, { rows, tables });
    if (known) dispose(known.tables);
    return tables;
  }

  /** Frees all tables. */
  dispose(): void {
    for (const { tables } of this.held.values()) dispose(tables);
    this.held.clear();
  }
}

import { dispose, keep, type Tensor } from '@residual/tensor';

/**
 * Tables of positions for sequences that have outgrown those in the tree of weights. Each is made once for a capacity and held until a larger one takes its
 * place; whoever made this object disposes it.
 */
export class PositionTableCache {
  private readonly entries = new Map<object, { readonly rows: number; readonly tables: readonly Tensor[] }>();

  /** The tables of `owner` with so many rows; `make` gives them where there are none of that size. */
  get(owner: object, rows: number, make: () => readonly Tensor[]): readonly Tensor[] {
    const entry = this.entries.get(owner);
    if (entry?.rows === rows) return entry.tables;
    const tables = make().map(keep);
    this.entries.set(owner, { rows, tables });
    if (entry) dispose(entry.tables);
    return tables;
  }

  /** Frees all tables. */
  dispose(): void {
    for (const { tables } of this.entries.values()) dispose(tables);
    this.entries.clear();
  }
}

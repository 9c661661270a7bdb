import { dispose, keep, type Tensor } from '@residual/tensor';

/**
 * Position tables for sequences longer than the tables in the tree of weights. A table is made once per capacity and
 * kept until one of another capacity replaces it. The owner of this object disposes it.
 */
export class PositionTableCache {
  private readonly entries = new Map<object, { readonly rows: number; readonly tables: readonly Tensor[] }>();

  /** The tables of `owner` with `rows` rows; `make` creates them if there are none of that size. */
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

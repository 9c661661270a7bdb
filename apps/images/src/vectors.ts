/** Vectors of length 1 in rows, of which the first `count` are there. */
export interface Rows {
  readonly dim: number;
  readonly count: number;
  /** [rows, dim]. */
  readonly data: Float32Array;
}

/** A row and its cosine with a query. */
export interface Hit {
  readonly row: number;
  readonly cosine: number;
}

/** One row. */
export const rowOf = ({ data, dim }: Rows, row: number): Float32Array => data.subarray(row * dim, (row + 1) * dim);

/** The inner product of two vectors. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The cosine of two vectors; 0 where one has no length. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const length = Math.sqrt(dot(a, a) * dot(b, b));
  return length === 0 ? 0 : dot(a, b) / length;
}

/** The mean of the rows that are there. */
export function meanOf(rows: Rows): Float32Array {
  const mean = new Float32Array(rows.dim);
  for (let row = 0; row < rows.count; row++)
    for (let i = 0; i < rows.dim; i++) mean[i]! += rows.data[row * rows.dim + i]! / rows.count;
  return mean;
}

/** One vector minus another. */
export const difference = (a: ArrayLike<number>, b: ArrayLike<number>): Float32Array =>
  Float32Array.from(a, (value, i) => value - b[i]!);

/**
 * The rows with the largest cosines, best first, without those in `except`. With a `centre`, rows are measured from it,
 * as the query is.
 */
export function nearestRows(
  rows: Rows,
  query: ArrayLike<number>,
  { top, centre, except = new Set() }: { top: number; centre?: Float32Array | undefined; except?: ReadonlySet<number> },
): Hit[] {
  const length = Math.sqrt(dot(query, query)) || 1;
  const hits: Hit[] = [];
  for (let row = 0; row < rows.count; row++) {
    if (except.has(row)) continue;
    const vector = rowOf(rows, row);
    const value = centre ? cosine(difference(vector, centre), query) : dot(vector, query) / length;
    if (hits.length === top && value <= hits.at(-1)!.cosine) continue;
    let at = hits.length;
    while (at > 0 && hits[at - 1]!.cosine < value) at--;
    hits.splice(at, 0, { row, cosine: value });
    if (hits.length > top) hits.pop();
  }
  return hits;
}

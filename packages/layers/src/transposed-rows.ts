/** So many columns are taken at a time, which are in one cache line of the source; the loop over them is unrolled. */
const blockColumns = 8;

/** Which columns of rows [n, stride] become the rows of the transpose. */
export interface TransposedColumns {
  readonly stride: number;
  /** The first column. */
  readonly start: number;
  /** The number of columns. */
  readonly out: number;
  /** The length of a row of the result, n or more; entries from n on are not written. */
  readonly to: number;
}

/** The transpose of columns of rows [n, stride], as rows [out, to], in `result`, or else in new memory of zeros. */
export function transposedRows<Values extends Float32Array | Uint16Array>(
  rows: Values,
  { stride, start, out, to }: TransposedColumns,
  result: Values = new (rows.constructor as new (length: number) => Values)(out * to),
): Values {
  const count = stride === 0 ? 0 : rows.length / stride;
  const whole = out - (out % blockColumns);
  for (let column = 0; column < whole; column += blockColumns) {
    for (let i = 0, from = start + column, at = column * to; i < count; i++, from += stride, at++) {
      result[at] = rows[from]!;
      result[at + to] = rows[from + 1]!;
      result[at + 2 * to] = rows[from + 2]!;
      result[at + 3 * to] = rows[from + 3]!;
      result[at + 4 * to] = rows[from + 4]!;
      result[at + 5 * to] = rows[from + 5]!;
      result[at + 6 * to] = rows[from + 6]!;
      result[at + 7 * to] = rows[from + 7]!;
    }
  }
  for (let i = 0; i < count; i++)
    for (let column = whole; column < out; column++) result[column * to + i] = rows[i * stride + start + column]!;
  return result;
}

/** Rows [rows, columns] as [columns, rows]. */
export function transposedMatrix(values: Float32Array, rows: number, columns: number): Float32Array {
  return transposedRows(values, { stride: columns, start: 0, out: columns, to: rows });
}

/** So many rows of the result are written at a time: what they read of a row of the source is in few cache lines. */
const blockRows = 16;

/**
 * The transpose of some columns of rows [n, stride]: columns `start` to `start + out` as rows [out, to], with zeros after
 * the n entries of each if `to` is larger.
 */
export function transposedRows<Values extends Float32Array | Uint16Array>(
  rows: Values,
  { stride, start, out, to }: { stride: number; start: number; out: number; to: number },
): Values {
  const count = rows.length / stride;
  const result = new (rows.constructor as new (length: number) => Values)(out * to);
  for (let from = 0; from < out; from += blockRows) {
    const end = Math.min(from + blockRows, out);
    for (let i = 0; i < count; i++) for (let o = from; o < end; o++) result[o * to + i] = rows[i * stride + start + o]!;
  }
  return result;
}

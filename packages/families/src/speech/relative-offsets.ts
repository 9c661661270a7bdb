import { concat, embed, reshape, sliceAxis, type Tensor, tensor, zeros } from '@residual/tensor';

/**
 * Numbers by offset as numbers by key: x [..., length, 2 · length - 1], whose column r is for the key r - (length - 1)
 * after the query, to [..., length, length] with a column for each key (the shift of Transformer-XL, Dai et al. 2019).
 */
export function byKey(x: Tensor): Tensor {
  const length = x.shape.at(-2)!;
  if (length === 1) return x;
  const outer = x.shape.slice(0, -2);
  const flat = reshape(x, [-1, length * (2 * length - 1)]);
  const rows = sliceAxis(flat, 1, length - 1, length * (2 * length - 2));
  return sliceAxis(reshape(rows, [...outer, length, 2 * length - 2]), outer.length + 1, 0, length);
}

/**
 * The inverse of `byKey`, with zeros where no key has the offset: [..., length, length] to [..., length, 2 · length -
 * 1].
 */
export function byOffset(x: Tensor): Tensor {
  const length = x.shape.at(-1)!;
  if (length === 1) return x;
  const outer = x.shape.slice(0, -2);
  const count = outer.reduce((product, size) => product * size, 1);
  const rows = reshape(x, [count, length, length]);
  const wide = length > 2 ? concat([rows, zeros([count, length, length - 2])], 2) : rows;
  const flat = concat(
    [zeros([count, length - 1]), reshape(wide, [count, length * (2 * length - 2)]), zeros([count, 1])],
    1,
  );
  return reshape(flat, [...outer, length, 2 * length - 1]);
}

/**
 * The rows of a table for all offsets of a sequence, from -(length - 1) to length - 1: table [rows, headDim] to [2 ·
 * length - 1, headDim]. `rowOf` is the row of an offset; one outside of the table is zeros.
 */
export function rowsByOffset(table: Tensor, length: number, rowOf: (offset: number) => number): Tensor {
  const count = table.shape[0]!;
  const rows = Int32Array.from({ length: 2 * length - 1 }, (_, i) => {
    const row = rowOf(i - (length - 1));
    return row >= 0 && row < count ? row : count;
  });
  const padded = rows.includes(count) ? concat([table, zeros([1, table.shape[1]!])], 0) : table;
  return embed(padded, tensor(rows, [rows.length], 'int32'));
}

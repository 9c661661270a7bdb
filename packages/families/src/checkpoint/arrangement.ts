import { joined, type RowReadOptions, type RowRun, type StoredRows, transposedMatrix } from '@residual/layers';

/**
 * How the rows of several weights lie in the tensors of a checkpoint, where they do not simply follow each other. Each
 * expert has `blocks` equal blocks, and each block its share of the rows of every member, one member after the other. A
 * fused matrix of queries, keys and values has a block for each key and value head, for example.
 */
export interface Arrangement {
  /** The rows of each member that one expert has. */
  readonly memberRows: readonly number[];
  /** The number of experts; 1 if there are none. */
  readonly experts: number;
  /** The number of blocks of one expert. */
  readonly blocks: number;
  /** Whether each expert has a tensor of its own (`apart`), or all lie in one along an additional first axis. */
  readonly kind: 'apart' | 'stacked' | 'plain';
  /** Whether the matrix of an expert is stored as [in, out]. */
  readonly transposed: boolean;
  /** How the entries of a row are stored, if in another order; only if there is one expert. */
  readonly columns?: ColumnOrder | undefined;
}

/** The axes that a matrix joins along in, as the checkpoint has them. */
export interface ColumnOrder {
  /** Their lengths in the order of the weight. */
  readonly lengths: readonly number[];
  /** The axis of the weight at each place of the checkpoint. */
  readonly order: readonly number[];
}

/** The index of the entry of a weight's row that is at each place of a stored row. */
function storedColumns({ lengths, order }: ColumnOrder): Int32Array {
  const strideOf = (axis: number) => lengths.slice(axis + 1).reduce((product, length) => product * length, 1);
  return order.reduce(
    (columns, axis) =>
      Int32Array.from({ length: columns.length * lengths[axis]! }, (_, i) => {
        const [outer, index] = [Math.floor(i / lengths[axis]!), i % lengths[axis]!];
        return columns[outer]! + index * strideOf(axis);
      }),
    Int32Array.of(0),
  );
}

/** Rows of a weight in the stored order of their entries, or with `back` stored rows in the order of the weight. */
function reordered(values: Float32Array, columns: Int32Array, back: boolean): Float32Array {
  const result = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += columns.length)
    for (const [stored, own] of columns.entries())
      if (back) result[start + own] = values[start + stored]!;
      else result[start + stored] = values[start + own]!;
  return result;
}

/** The rows of one expert, all members together. */
export function rowsOfExpert({ memberRows }: Arrangement): number {
  return memberRows.reduce((sum, rows) => sum + rows, 0);
}

/** Where the rows of a member lie among the stored rows of all experts. */
export function runsOf(arrangement: Arrangement, member: number): RowRun[] {
  const { memberRows, experts, blocks } = arrangement;
  const total = rowsOfExpert(arrangement);
  const offset = memberRows.slice(0, member).reduce((sum, rows) => sum + rows, 0) / blocks;
  const length = memberRows[member]! / blocks;
  return Array.from({ length: experts * blocks }, (_, i) => {
    const [expert, block] = [Math.floor(i / blocks), i % blocks];
    return { stored: expert * total + (block * total) / blocks + offset, own: i * length, length };
  });
}

/** The shape of each tensor of the checkpoint, for weights of this width; undefined for vectors. */
export function arrangedShape(arrangement: Arrangement, width: number | undefined): number[] {
  const { kind, experts, transposed, columns } = arrangement;
  const rows = rowsOfExpert(arrangement);
  if (columns) return [rows, ...columns.order.map(axis => columns.lengths[axis]!)];
  const one = width === undefined ? [rows] : transposed ? [width, rows] : [rows, width];
  return kind === 'stacked' ? [experts, ...one] : one;
}

/**
 * Rows of all members, each member's own one after the other, in the order of the checkpoint: the rows of the first
 * expert, then those of the second.
 */
export function storedOrder<Values extends Float32Array | Int32Array>(
  arrangement: Arrangement,
  values: Values,
): Values {
  const rowSize = values.length / (arrangement.experts * rowsOfExpert(arrangement));
  const result = values.slice() as Values;
  let start = 0;
  for (const [member, rows] of arrangement.memberRows.entries()) {
    for (const { stored, own, length } of runsOf(arrangement, member))
      result.set(values.subarray((start + own) * rowSize, (start + own + length) * rowSize), stored * rowSize);
    start += rows * arrangement.experts;
  }
  return result;
}

/** Stored rows [experts · rows, width] as the tensors of the checkpoint: one of each expert if they are apart. */
export function splitExperts(arrangement: Arrangement, rows: Float32Array): Float32Array[] {
  const { experts, kind, transposed, columns } = arrangement;
  if (columns) return [reordered(rows, storedColumns(columns), false)];
  const size = rows.length / experts;
  const parts = Array.from({ length: experts }, (_, expert) => rows.subarray(expert * size, (expert + 1) * size));
  const stored = transposed ? parts.map(part => transposedExpert(part, rowsOfExpert(arrangement))) : parts;
  if (kind === 'apart') return stored;
  if (!transposed) return [rows];
  const all = new Float32Array(rows.length);
  for (const [expert, part] of stored.entries()) all.set(part, expert * size);
  return [all];
}

/**
 * The rows of all experts one after the other, [experts · rows, width] or [experts · rows], from the tensors of a
 * checkpoint. `hasRowsAlongOut` says that they are matrices with rows along out whatever the arrangement says, as in
 * packed checkpoints; a tensor of stacked experts has no additional axis there.
 */
export function rowsInOrder(
  arrangement: Arrangement,
  tensors: readonly StoredRows[],
  { width, hasRowsAlongOut }: { readonly width: number | undefined; readonly hasRowsAlongOut: boolean },
): StoredRows {
  const { experts, kind, transposed, columns } = arrangement;
  const [first] = tensors as readonly [StoredRows, ...StoredRows[]];
  const count = experts * rowsOfExpert(arrangement);
  const shape = width === undefined ? [count] : [count, width];
  if (columns && !hasRowsAlongOut) return reorderedRows(first, shape, storedColumns(columns));
  if (hasRowsAlongOut || (kind === 'plain' && !transposed)) return first;
  if (kind === 'apart' && !transposed) return joinedRows(tensors, shape, rowsOfExpert(arrangement));
  return { shape, form: first.form && 'f32', type: first.type, readRows: expertRows(arrangement, tensors, width ?? 1) };
}

/** A tensor whose rows have the entries of those of the weight in another order. */
function reorderedRows(tensor: StoredRows, shape: readonly number[], columns: Int32Array): StoredRows {
  const readRows: StoredRows['readRows'] = async (from, to, { signal }) =>
    reordered(await tensor.readRows(from, to, { signal }), columns, true);
  return { shape, form: tensor.form && 'f32', type: tensor.type, readRows };
}

/** Several tensors with equally many rows, one after the other. */
function joinedRows(tensors: readonly StoredRows[], shape: readonly number[], rowsOfOne: number): StoredRows {
  const [first] = tensors as readonly [StoredRows, ...StoredRows[]];
  /** The parts of rows `from` to before `to` by tensor. */
  const partsOf = (from: number, to: number) =>
    tensors.flatMap((tensor, i) => {
      const [start, end] = [Math.max(from - i * rowsOfOne, 0), Math.min(to - i * rowsOfOne, rowsOfOne)];
      return start < end ? [{ tensor, start, end }] : [];
    });
  const readRows: StoredRows['readRows'] = async (from, to, options) => {
    const parts = partsOf(from, to);
    if (parts.length === 1) return parts[0]!.tensor.readRows(parts[0]!.start, parts[0]!.end, options);
    const values: Float32Array[] = [];
    for (const { tensor, start, end } of parts)
      values.push(await tensor.readRows(start, end, { signal: options.signal }));
    return joined(Float32Array, values);
  };
  const { form, type } = first;
  const rows = { shape, type, readRows };
  if (tensors.some(each => each.form !== form)) return { ...rows, form: 'f32' };
  if (!tensors.every(each => each.readPackedRows)) return { ...rows, form };
  return {
    ...rows,
    form,
    readPackedRows: async (from, to, options) => {
      const parts = partsOf(from, to);
      const read = ({ tensor, start, end }: (typeof parts)[number], reading: RowReadOptions) =>
        tensor.readPackedRows!(start, end, reading);
      if (parts.length === 1) return read(parts[0]!, options);
      const [quants, scales]: [Int32Array[], Int32Array[]] = [[], []];
      for (const part of parts) {
        const bits = await read(part, { signal: options.signal });
        quants.push(bits.quants.slice());
        if (bits.scales) scales.push(bits.scales.slice());
      }
      return { quants: joined(Int32Array, quants), scales: scales.length > 0 ? joined(Int32Array, scales) : undefined };
    },
  };
}

/** Reads tensors that are stacked or transposed, an expert at a time. */
function expertRows(arrangement: Arrangement, tensors: readonly StoredRows[], width: number): StoredRows['readRows'] {
  const { kind, transposed } = arrangement;
  const rows = rowsOfExpert(arrangement);
  let latest: { expert: number; values: Float32Array } | undefined;
  const expertAt = async (expert: number, signal: AbortSignal | undefined) => {
    if (latest?.expert === expert) return latest.values;
    const [tensor, from, to] =
      kind === 'stacked' ? [tensors[0]!, expert, expert + 1] : [tensors[expert]!, 0, transposed ? width : rows];
    const values = await tensor.readRows(from, to, { signal });
    latest = { expert, values: transposed ? transposedExpert(values, width) : values };
    return latest.values;
  };
  return async (from, to, { signal }) => {
    const result = new Float32Array((to - from) * width);
    for (let row = from; row < to; ) {
      const expert = Math.floor(row / rows);
      const end = Math.min(to, (expert + 1) * rows);
      const values = await expertAt(expert, signal);
      result.set(values.subarray((row - expert * rows) * width, (end - expert * rows) * width), (row - from) * width);
      row = end;
    }
    return result;
  };
}

/** The matrix of an expert, [rows, columns], as [columns, rows]. */
const transposedExpert = (values: Float32Array, rows: number) => transposedMatrix(values, rows, values.length / rows);

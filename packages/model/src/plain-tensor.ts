import type { Tensor } from '@residual/tensor';

/** A tensor as plain data: its shape and its numbers in row-major order. */
export interface PlainTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Reads recorded tensors and splits them by sequence: [batch, ...] to one [...] for each sequence, by path. With
 * `sourceLengths`, tensors of a source are cut to its tokens, without padding.
 */
export async function plainTaps(
  values: ReadonlyMap<string, Tensor> | undefined,
  batch: number,
  sourceLengths?: readonly number[],
): Promise<Readonly<Record<string, PlainTensor>>[]> {
  const sequences: Record<string, PlainTensor>[] = Array.from({ length: batch }, () => ({}));
  for (const [path, value] of values ?? []) {
    const data = (await value.data()) as Float32Array;
    const isBatched = value.shape[0] === batch;
    const shape = isBatched ? value.shape.slice(1) : value.shape;
    const size = isBatched ? data.length / batch : data.length;
    sequences.forEach((taps, i) => {
      const tap = { shape, data: isBatched ? data.slice(i * size, (i + 1) * size) : data };
      taps[path] = sourceLengths ? withoutPadding(tap, path, sourceLengths[i]!) : tap;
    });
  }
  return sequences;
}

/** Cuts the source axes of a tap, [..., keyLen, dim] or [heads, queryLen, keyLen], to the length of the source. */
function withoutPadding(tensor: PlainTensor, path: string, length: number): PlainTensor {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const isEncoder = /^(source|encoder)\./.test(path);
  const isCrossAttention = /\.crossAttention\./.test(path);
  const isPattern = name === 'weights' || name === 'scores';
  const cutsRows = isEncoder || (isCrossAttention && (name === 'key' || name === 'value'));
  const cutsColumns = isPattern && (isEncoder || isCrossAttention);
  const [rows, columns] = tensor.shape.slice(-2) as [number, number];
  const newRows = cutsRows ? Math.min(length, rows) : rows;
  const newColumns = cutsColumns ? Math.min(length, columns) : columns;
  if (newRows === rows && newColumns === columns) return tensor;
  const shape = [...tensor.shape.slice(0, -2), newRows, newColumns];
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (let to = 0, row = 0; to < data.length; to += newColumns, row++) {
    const from = (Math.floor(row / newRows) * rows + (row % newRows)) * columns;
    data.set(tensor.data.subarray(from, from + newColumns), to);
  }
  return { shape, data };
}

import { ResidualError, showValue } from '@residual/base';

import { createScan, type Scan } from './scan.js';

/** Word vectors: one table with a row for each word, usually most frequent first. */
export interface WordVectors {
  readonly words: readonly string[];
  /** The row of each word. */
  readonly rows: ReadonlyMap<string, number>;
  /** The dimension of a vector. */
  readonly dims: number;
  readonly dtype: 'float32' | 'int8';
  /** The stored numbers [words, dims], row by row. Do not change them. */
  readonly data: Float32Array | Int8Array;
  /** The scale of each int8 row; undefined for float32. */
  readonly scale: Float32Array | undefined;
  /** The Euclidean norm of each row. */
  readonly norms: Float64Array;
  /** Compares all rows with a vector, on the memory of the table. */
  readonly scan: Scan;
}

/** The input of `vectorTable`. */
export interface VectorTableInput {
  /** The words in row order. */
  readonly words: readonly string[];
  /** The numbers [words, dims], row by row. */
  readonly data: Float32Array | Int8Array;
  /** The scale of each int8 row. */
  readonly scale?: Float32Array;
}

/**
 * A table from plain arrays, which are copied. Errors: a number of rows that differs from the number of words, a
 * duplicate word, numbers that are not finite, int8 without a scale for each row.
 */
export function vectorTable({ words, data, scale }: VectorTableInput): WordVectors {
  const dims = data.length / words.length;
  if (words.length === 0) throw new ResidualError('vectors', 'vectorTable: there are no words');
  if (!(Number.isInteger(dims) && dims > 0))
    throw new ResidualError(
      'vectors',
      `vectorTable: ${data.length} numbers do not make ${words.length} vectors of one length`,
    );
  expectDims('vectorTable', dims);
  const dtype = data instanceof Int8Array ? 'int8' : 'float32';
  const scan = createScan(dtype, words.length, dims);
  scan.data.set(data);
  return buildTable('vectorTable', words, dims, scan, scale);
}

/** The maximal dimension: buffers of a scan grow with it. */
const maxDims = 2 ** 16;

/** Throws if vectors have more dimensions than can be compared, before anything is allocated. */
export function expectDims(name: string, dims: number): void {
  if (dims > maxDims)
    throw new ResidualError('vectors', `${name}: vectors of ${dims} numbers; at most ${maxDims} can be compared`);
}

/** A table over a filled scan; `name` is the function name in errors. */
export function buildTable(
  name: string,
  words: readonly string[],
  dims: number,
  scan: Scan,
  scale: Float32Array | undefined,
): WordVectors {
  const { data, inverseNorms } = scan;
  const dtype = data instanceof Int8Array ? 'int8' : 'float32';
  const count = data.length / dims;
  if (words.length !== count)
    throw new ResidualError(
      'vectors',
      `${name}: the table has ${count} rows, the vocabulary ${words.length} words; they must be equally many`,
    );
  if (dtype === 'int8' && scale?.length !== count)
    throw new ResidualError(
      'vectors',
      `${name}: int8 rows need a scale each: ${count} rows, ${scale?.length ?? 0} scales`,
    );
  const rows = rowsOf(name, words);
  const norms = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    let sum = 0;
    for (let at = row * dims; at < (row + 1) * dims; at++) sum += data[at]! * data[at]!;
    const unscaled = Math.sqrt(sum);
    norms[row] = unscaled * (scale?.[row] ?? 1);
    if (!Number.isFinite(norms[row]) || (scale && scale[row]! < 0)) {
      const numbers = data.subarray(row * dims, (row + 1) * dims);
      const index = numbers.findIndex(value => !Number.isFinite(value));
      const what = index < 0 ? `has the scale ${scale?.[row]}` : `holds ${numbers[index]} at index ${index}`;
      throw new ResidualError('vectors', `${name}: row ${row} (${showValue(words[row]!)}) ${what}`);
    }
    inverseNorms[row] = norms[row] === 0 ? 0 : Math.min(1 / unscaled, 3e38);
  }
  return { words, rows, dims, dtype, data, scale, norms, scan };
}

function rowsOf(name: string, words: readonly string[]): Map<string, number> {
  const rows = new Map<string, number>();
  for (const [row, word] of words.entries()) {
    if (typeof word !== 'string')
      throw new ResidualError('vectors', `${name}: word ${row} of the vocabulary is ${showValue(word)}, not a text`);
    const earlierRow = rows.get(word);
    if (earlierRow !== undefined)
      throw new ResidualError('vectors', `${name}: ${showValue(word)} stands twice, in rows ${earlierRow} and ${row}`);
    rows.set(word, row);
  }
  return rows;
}

/** The unnormalized vector of a row, [dims] in float64. */
export function rowVector({ data, dims, scale }: WordVectors, row: number): Float64Array {
  const factor = scale?.[row] ?? 1;
  return Float64Array.from(data.subarray(row * dims, (row + 1) * dims), value => value * factor);
}

/** The unit vector of a row, [dims] in float64; zeros for a row of zeros. */
export function unitRow(vectors: WordVectors, row: number): Float64Array {
  const { data, dims, norms, scale } = vectors;
  const factor = norms[row] === 0 ? 0 : (scale?.[row] ?? 1) / norms[row]!;
  return Float64Array.from(data.subarray(row * dims, (row + 1) * dims), value => value * factor);
}

/** The cosine of a row with a unit vector, in float64. */
export function cosineOf({ data, dims, norms, scale }: WordVectors, row: number, unit: ArrayLike<number>): number {
  if (norms[row] === 0) return 0;
  let sum = 0;
  for (let k = 0, at = row * dims; k < dims; k++) sum += unit[k]! * data[at++]!;
  return (sum * (scale?.[row] ?? 1)) / norms[row]!;
}

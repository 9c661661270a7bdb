import { bytes } from './generated/scan.js';

/** The numbers of a table, row after row: float32 [rows, dims], or int8 [rows, dims]. */
export type TableNumbers = Float32Array | Int8Array;

/** Dot products of unit vectors with the rows of one table, block by block. */
export interface Scan {
  /** The table, to be filled before the first question. */
  readonly data: TableNumbers;
  /** By row what its dot product is multiplied by: one divided by its length, or 0 for a row of zeros. */
  readonly inverseNorms: Float32Array;
  /** What the last block gave: cosines by row of the block. */
  readonly scores: Float32Array;
  /** Sets question `slot` (below `slots`): a unit vector. Its cosines differ from the exact ones by at most the number this gives. */
  setQuery(slot: number, unit: Float64Array): number;
  /** Fills `scores` with the cosines of question `slot` and `count` rows (at most `blockRows`) from row `from` on; gives the largest, or a number above it. */
  scoreBlock(slot: number, from: number, count: number): number;
}

/** Rows that are compared at once: int8 rows of 100 numbers, so many, stay in the nearest cache while several questions pass over them. */
export const blockRows = 512;

/** Questions that can be set at once. */
export const maxQueries = 64;

/** A scan of a table of zeros: on WebAssembly SIMD, or in plain loops where that may not run. */
export function createScan(dtype: 'float32' | 'int8', rows: number, dims: number): Scan {
  return wasmScan(dtype, rows, dims) ?? scalarScan(dtype, rows, dims);
}

interface ScanExports {
  scan_i8: ScanKernel;
  scan_f32: ScanKernel;
}
type ScanKernel = (
  rows: number,
  count: number,
  dims: number,
  query: number,
  factors: number,
  scale: number,
  out: number,
) => number;

/** The kernel on a memory of the table's own; undefined where there is no WebAssembly SIMD, or a page's policy forbids it. */
function wasmScan(dtype: 'float32' | 'int8', rows: number, dims: number): Scan | undefined {
  const size = dtype === 'int8' ? 1 : 4;
  const padded = Math.ceil(dims / 8) * 8;
  const padding = 3 * dims * size + 32; // a block of four rows may reach behind the last one
  const byteLengths = [rows * dims * size + padding, (rows + 3) * 4, maxQueries * padded * 4, blockRows * 4];
  const starts: number[] = [];
  let end = 0;
  for (const length of byteLengths) {
    starts.push(end);
    end += Math.ceil(length / 16) * 16;
  }
  const [table = 0, normsOffset = 0, queryOffset = 0, scoresOffset = 0] = starts;
  let kernel: ScanExports;
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: Math.max(2, Math.ceil(end / 65536)) });
    const code = Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0));
    kernel = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } }).exports as never;
  } catch {
    return undefined;
  }
  const { buffer } = memory;
  const query16 = new Int16Array(buffer, queryOffset, maxQueries * padded);
  const query32 = new Float32Array(buffer, queryOffset, maxQueries * padded);
  const scales = new Float64Array(maxQueries).fill(1);
  const kernelFunction = dtype === 'int8' ? kernel.scan_i8 : kernel.scan_f32;
  return {
    data: dtype === 'int8' ? new Int8Array(buffer, table, rows * dims) : new Float32Array(buffer, table, rows * dims),
    inverseNorms: new Float32Array(buffer, normsOffset, rows),
    scores: new Float32Array(buffer, scoresOffset, blockRows),
    setQuery: (slot, unit) => {
      if (dtype === 'float32') {
        query32.set(unit, slot * padded);
        return float32Error(dims);
      }
      let largest = 0;
      for (const value of unit) largest = Math.max(largest, Math.abs(value));
      // As fine as int16 and the sum in int32 allow: |query · row| <= steps * 128 * √dims.
      const steps = Math.min(32767 / largest, 2 ** 31 / (130 * Math.sqrt(dims)));
      for (let i = 0; i < dims; i++) query16[slot * padded + i] = Math.round(unit[i]! * steps);
      scales[slot] = 1 / steps;
      return (0.5 * Math.sqrt(dims)) / steps + 2 ** -21;
    },
    scoreBlock: (slot, from, count) =>
      kernelFunction(
        table + from * dims * size,
        Math.ceil(count / 4) * 4,
        dims,
        queryOffset + slot * padded * size * (size === 1 ? 2 : 1),
        normsOffset + from * 4,
        scales[slot]!,
        scoresOffset,
      ),
  };
}

/** The same in plain loops. */
export function scalarScan(dtype: 'float32' | 'int8', rows: number, dims: number): Scan {
  const data = dtype === 'int8' ? new Int8Array(rows * dims) : new Float32Array(rows * dims);
  const inverseNorms = new Float32Array(rows);
  const scores = new Float32Array(blockRows);
  const queries = new Float64Array(maxQueries * dims);
  return {
    data,
    inverseNorms,
    scores,
    setQuery: (slot, unit) => {
      queries.set(unit, slot * dims);
      return float32Error(dims);
    },
    scoreBlock: (slot, from, count) => {
      const query = queries.subarray(slot * dims, (slot + 1) * dims);
      let largest = Number.NEGATIVE_INFINITY;
      for (let i = 0, index = from * dims; i < count; i++) {
        let sum = 0;
        for (let k = 0; k < dims; k++) sum += query[k]! * data[index++]!;
        scores[i] = sum * inverseNorms[from + i]!;
        if (scores[i]! > largest) largest = scores[i]!;
      }
      return largest;
    },
  };
}

/** How far a cosine summed in float32, four sums side by side, can be from the exact one. */
const float32Error = (dims: number): number => (dims / 4 + 12) * 2 ** -24;

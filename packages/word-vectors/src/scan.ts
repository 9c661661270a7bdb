import { bytes } from './generated/scan.js';

/** The numbers of a table, row by row: float32 or int8 [rows, dims]. */
export type TableNumbers = Float32Array | Int8Array;

/** Dot products of unit vectors with the rows of one table, block by block. */
export interface Scan {
  /** The table, to be filled before the first query. */
  readonly data: TableNumbers;
  /** The inverse norm of each row; 0 for a row of zeros. */
  readonly inverseNorms: Float32Array;
  /** The cosines of the last block, by row of the block. */
  readonly scores: Float32Array;
  /** Sets the query of a slot (below `maxQueries`), a unit vector. Returns a bound of the error of its cosines. */
  setQuery(slot: number, unit: Float64Array): number;
  /**
   * Fills `scores` with the cosines of a query and `count` rows (at most `blockRows`) from row `from`. Returns an upper
   * bound of them.
   */
  scoreBlock(slot: number, from: number, count: number): number;
}

/** The number of rows of a block: so many int8 rows of 100 dimensions stay in the L1 cache for several queries. */
export const blockRows = 512;

/** The maximal number of queries at once. */
export const maxQueries = 64;

/** A scan over a table of zeros: in WebAssembly SIMD, or in plain loops where that is not available. */
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

let compiled: WebAssembly.Module | undefined;

/** The compiled kernel, which all tables share. */
function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0)));
  return compiled;
}

/** The kernel with its own memory; undefined if there is no WebAssembly SIMD, or if a page's policy forbids it. */
function wasmScan(dtype: 'float32' | 'int8', rows: number, dims: number): Scan | undefined {
  const size = dtype === 'int8' ? 1 : 4;
  const padded = Math.ceil(dims / 8) * 8;
  const padding = 3 * dims * size + 32; // the kernel reads blocks of four rows, beyond the last row
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
    kernel = new WebAssembly.Instance(kernelModule(), { env: { memory } }).exports as never;
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
      // The finest steps that fit int16 and an int32 sum: |query · row| <= steps * 128 * √dims.
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

/** The error bound of a cosine that is summed in float32 with four partial sums. */
const float32Error = (dims: number): number => (dims / 4 + 12) * 2 ** -24;

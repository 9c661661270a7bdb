import {
  blockAlignment,
  type Matrix,
  type MatrixForm,
  type PackedBits,
  ResidualError,
  type ScratchMemory,
  showShape,
  type WeightWriter,
  weightWriter,
  yieldToEventLoop,
} from '@residual/tensor';
import { sizeOf } from './needs.js';
import type { RowReadOptions, RowRun, StoredRows, StoredSlice } from './stored-rows.js';
import { transposedRows } from './transposed-rows.js';

/** A weight that is read from a part of a stored tensor. */
export interface ReadTarget {
  readonly path: string;
  readonly shape: readonly number[];
  /** The form in which the weight is held. */
  readonly form: MatrixForm;
  readonly slice: StoredSlice;
}

/** Settings of `readWeights`. */
export interface ReadSettings {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of entries of each piece. */
  readonly onEntries: (count: number) => void;
  /** Memory that pieces use one after the other. */
  readonly scratch: ScratchMemory;
}

/**
 * A piece of a tensor has about this many bytes as float32: so many that reading a file in pieces takes no longer, and
 * so few that the memory of pieces does not count beside a small model.
 */
const pieceBytes = 2 ** 20;

/** Whether a weight is written from the bits of its source: it has the same form, and its rows are not split. */
export function isReadAsBits({ form, slice: { rows, transposed } }: ReadTarget): boolean {
  return rows.readPackedRows !== undefined && rows.form === form && !(transposed && isGrouped(form));
}

/** Whether the entries of a form share scales in groups along a row. */
const isGrouped = (form: MatrixForm) => form === 'int8' || form === 'int4';

/**
 * Reads the weights that are parts of one stored tensor, all as bits or all as float32, and writes each piece where it
 * stays. An error frees what was written.
 */
export async function readWeights(
  targets: readonly ReadTarget[],
  { signal, onEntries, scratch }: ReadSettings,
): Promise<Map<string, Matrix>> {
  const { rows } = targets[0]!.slice;
  const asBits = isReadAsBits(targets[0]!);
  const writers: WeightWriter[] = [];
  const finished = new Map<string, Matrix>();
  try {
    for (const { shape, form } of targets) writers.push(weightWriter(shape, form, scratch));
    const count = rows.shape[0]!;
    const step = rowsOfPiece(rows.shape, targets);
    for (let from = 0; from < count; from += step) {
      await yieldToEventLoop(signal);
      const to = Math.min(from + step, count);
      const piece = { rows, from, to, scratch };
      const write = asBits ? await readBits(piece, signal) : await readValues(piece, signal);
      signal?.throwIfAborted();
      let entries = 0;
      for (const [i, target] of targets.entries()) entries += write(target, writers[i]!);
      onEntries(entries);
    }
    for (const [i, { path }] of targets.entries()) finished.set(path, writers[i]!.finish());
    return finished;
  } catch (error) {
    for (const matrix of finished.values()) matrix.dispose();
    for (const writer of writers.slice(finished.size)) writer.dispose();
    throw error;
  }
}

/** Writes the part of a piece that belongs to a weight; returns its number of entries. */
type WritePiece = (target: ReadTarget, writer: WeightWriter) => number;

/** The number of rows of a piece. Pieces of a transposed tensor are whole blocks of columns. */
function rowsOfPiece(shape: readonly number[], targets: readonly ReadTarget[]): number {
  const rows = Math.max(1, Math.floor(pieceBytes / (4 * Math.max(1, sizeOf({ shape: shape.slice(1) })))));
  if (!targets.some(({ slice }) => slice.transposed)) return rows;
  return Math.max(1, Math.floor(rows / blockAlignment)) * blockAlignment;
}

/** Rows `from` to before `to` of a tensor. */
interface Piece {
  readonly rows: StoredRows;
  readonly from: number;
  readonly to: number;
  readonly scratch: ScratchMemory;
}

async function readValues({ rows, from, to, scratch }: Piece, signal: AbortSignal | undefined): Promise<WritePiece> {
  const rowSize = sizeOf({ shape: rows.shape.slice(1) });
  const size = (to - from) * rowSize;
  const values = await rows.readRows(from, to, { signal, memory: scratch.bytes('read', 4 * size) });
  expectSize(rows, from, to, values.length, size);
  return ({ shape, slice }, writer) => {
    const { start, transposed } = slice;
    if (transposed) {
      const columns = { stride: rowSize, start, out: shape[0]!, to: to - from };
      const { buffer } = scratch.bytes('transposed', 4 * columns.out * columns.to);
      const block = transposedRows(values, columns, new Float32Array(buffer, 0, columns.out * columns.to));
      writer.write(block, { row: 0, column: from, width: to - from });
      return block.length;
    }
    let entries = 0;
    for (const { stored, own, length } of runsWithin(slice, shape[0]!, from, to)) {
      const part = values.subarray((stored - from) * rowSize, (stored - from + length) * rowSize);
      writer.write(part, { row: own });
      entries += part.length;
    }
    return entries;
  };
}

async function readBits({ rows, from, to, scratch }: Piece, signal: AbortSignal | undefined): Promise<WritePiece> {
  const memory = scratch.bytes('read', 4 * (to - from) * sizeOf({ shape: rows.shape.slice(1) }));
  const bits = await rows.readPackedRows!(from, to, { signal, memory });
  const words = bits.quants.length / (to - from);
  return ({ shape, slice }, writer) => {
    const { start, transposed } = slice;
    if (transposed) {
      const entries = new Uint16Array(bits.quants.buffer, bits.quants.byteOffset, 2 * bits.quants.length);
      const width = Math.ceil((to - from) / 2) * 2; // whole words
      const columns = { stride: 2 * words, start, out: shape[0]!, to: width };
      const { buffer } = scratch.bytes('transposed', 2 * columns.out * width);
      const block = transposedRows(entries, columns, new Uint16Array(buffer, 0, columns.out * width));
      if (width > to - from) for (let i = width - 1; i < block.length; i += width) block[i] = 0;
      const quants = new Int32Array(buffer, 0, block.length / 2);
      writer.writeBits({ quants }, { row: 0, column: from, width: to - from });
      return shape[0]! * (to - from);
    }
    let written = 0;
    for (const { stored, own, length } of runsWithin(slice, shape[0]!, from, to)) {
      writer.writeBits(rowsOfBits(bits, to - from, stored - from, stored - from + length), { row: own });
      written += length;
    }
    return written * sizeOf({ shape: shape.slice(1) });
  };
}

/** The rows of a weight of `out` rows that are in a piece of the tensor, `from` to before `to`. */
function runsWithin(slice: StoredSlice, out: number, from: number, to: number): RowRun[] {
  const runs = slice.runs ?? [{ stored: slice.start, own: 0, length: out }];
  const within: RowRun[] = [];
  for (let i = firstRunAfter(runs, from); i < runs.length && runs[i]!.stored < to; i++) {
    const { stored, own, length } = runs[i]!;
    const [start, end] = [Math.max(from, stored), Math.min(to, stored + length)];
    within.push({ stored: start, own: own + start - stored, length: end - start });
  }
  return within;
}

/** The index of the first run that ends after `from`: runs are many where rows of two weights alternate. */
function firstRunAfter(runs: readonly RowRun[], from: number): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[middle]!.stored + runs[middle]!.length > from) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The bits of some of `count` rows. */
function rowsOfBits({ quants, scales }: PackedBits, count: number, from: number, to: number): PackedBits {
  const part = (words: Int32Array) => words.subarray((words.length / count) * from, (words.length / count) * to);
  return { quants: part(quants), scales: scales && part(scales) };
}

function expectSize({ shape }: StoredRows, from: number, to: number, size: number, expected: number): void {
  if (size === expected) return;
  throw new ResidualError(
    'load',
    `load: rows ${from} to ${to} of an array ${showShape(shape)} are ${size} numbers; ${expected} would fit`,
  );
}

/** Reads a whole weight as float32, transposed if needed. */
export async function readSlice(
  { rows, start, runs, transposed }: StoredSlice,
  shape: readonly number[],
  options: RowReadOptions,
): Promise<Float32Array> {
  const out = shape[0]!;
  if (runs) return readRuns(rows, runs, sizeOf({ shape }), options);
  if (!transposed) return rows.readRows(start, start + out, options);
  const [count, stride] = rows.shape as [number, number];
  return transposedRows(await rows.readRows(0, count, options), { stride, start, out, to: count });
}

/** Reads a weight whose rows are scattered: all rows from its first to its last. */
async function readRuns(
  rows: StoredRows,
  runs: readonly RowRun[],
  size: number,
  options: RowReadOptions,
): Promise<Float32Array> {
  const [first, last] = [runs[0]!, runs.at(-1)!];
  const values = await rows.readRows(first.stored, last.stored + last.length, options);
  const rowSize = values.length / (last.stored + last.length - first.stored);
  const result = new Float32Array(size);
  for (const { stored, own, length } of runs) {
    const at = (stored - first.stored) * rowSize;
    result.set(values.subarray(at, at + length * rowSize), own * rowSize);
  }
  return result;
}

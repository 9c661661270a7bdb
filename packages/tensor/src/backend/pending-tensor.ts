import * as tf from '@tensorflow/tfjs-core';
import { expectShape, showShape } from '../errors.js';
import { quantWords, scaleWords } from '../nn/packed/forms.js';
import { sizeOf } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { requireBackend } from './backend.js';
import { backendFunction } from './backend-function.js';

/** The data of a tensor that does not exist yet, on a backend. One of `words` and `write` is there. */
export interface PendingData {
  /** The data, with one reference. */
  readonly dataId: object;
  /** The memory of the data, of a backend that computes in the memory of the program; valid until an allocation. */
  readonly words?: () => Int32Array;
  /** Writes words of 32 bits from an index on, always whole rows, of a backend that has memory of its own. */
  readonly write?: (index: number, words: Int32Array) => void;
  /**
   * Packs rows of floats into a part of this data and a part of that of their scales, as `packBits` does; absent where
   * that is as fast. Returns false where `packBits` errors.
   */
  readonly pack?: (values: RowsToPack, quants: PendingPart, scales: PendingPart) => boolean;
}

/** Rows of floats [rows, width] that become groups of 8 or 4 bits. */
export interface RowsToPack {
  readonly form: 'int8' | 'int4';
  readonly values: Float32Array;
  readonly width: number;
}

/** A part of pending data: rows of words from an index on, `stride` words apart. */
export interface PendingPart {
  readonly dataId: object;
  readonly index: number;
  readonly stride: number;
}

/**
 * Allocates the data of a tensor of 32-bit entries, not initialized; int32 are the words of a packed matrix. Undefined
 * for a tensor that the backend takes as a whole.
 */
export type PendingDataMaker = (
  backend: tf.KernelBackend,
  shape: number[],
  dtype: 'float32' | 'int32',
) => PendingData | undefined;

const makers = /* @__PURE__ */ backendFunction<PendingDataMaker>('residual.pendingData');

/**
 * Registers how a backend allocates data that is filled in pieces; an existing maker stays. For backend packages.
 * Without it the values are collected in an array, which the backend gets as a whole.
 */
export function registerPendingData(backendName: string, make: PendingDataMaker): void {
  makers.register(backendName, make);
}

/** Values that are collected in memory are given to a backend in pieces of about this many words, as whole rows. */
const pieceWords = 2 ** 20;

/**
 * A tensor of 32-bit entries that is filled in pieces before it exists, on the backend that is active at the start. Its
 * owner calls `finish` or `dispose`.
 */
export class PendingTensor {
  private readonly backend: tf.KernelBackend;
  private readonly data: PendingData | undefined;
  private readonly rowWords: number;
  /** All words, where the backend takes no pieces, or only whole rows. */
  private collected: Int32Array<ArrayBuffer> | undefined;
  private written = 0;

  constructor(
    readonly shape: readonly number[],
    readonly dtype: 'float32' | 'int32',
  ) {
    const name = requireBackend();
    this.backend = tf.backend();
    this.rowWords = sizeOf(shape.slice(1));
    this.data = makers.of(name)?.(this.backend, [...shape], dtype);
  }

  /**
   * Writes a block: the words of whole rows from `row` on, or in each of these rows `columns` words from `column` on.
   * Each word is written once.
   */
  write(words: Int32Array, row: number, column = 0, columns = this.rowWords): void {
    const { data, rowWords } = this;
    this.written += words.length;
    const isWhole = columns === rowWords;
    if (isWhole && data?.write && !this.collected) {
      data.write(row * rowWords, words);
      return;
    }
    const target = data?.words?.() ?? this.collect();
    if (isWhole) target.set(words, row * rowWords);
    // No views of the parts of rows: they would be millions of objects.
    else
      for (let from = 0, to = row * rowWords + column; from < words.length; from += columns, to += rowWords)
        for (let i = 0; i < columns; i++) target[to + i] = words[from + i]!;
  }

  /**
   * Packs rows of floats into this tensor and into that of their scales, from a row and a column of words of each on,
   * where the backend has a kernel for it. Returns whether it did; numbers without such a form are left to `packBits`.
   */
  pack(values: RowsToPack, scales: PendingTensor, [row, ...columns]: readonly [number, number, number]): boolean {
    const [quantsAt, scalesAt] = [this.part(row, columns[0]), scales.part(row, columns[1])];
    if (!quantsAt || !scalesAt || values.values.length === 0) return false;
    if (!this.data?.pack?.(values, quantsAt, scalesAt)) return false;
    const { form, width } = values;
    const rows = values.values.length / width;
    this.written += rows * quantWords(form, width);
    scales.written += rows * scaleWords(form, width);
    return true;
  }

  private part(row: number, column: number): PendingPart | undefined {
    const { data, rowWords } = this;
    return data && { dataId: data.dataId, index: row * rowWords + column, stride: rowWords };
  }

  /** The tensor, which the caller owns. Errors unless all of it was written. */
  finish(): Tensor {
    const { backend, data, collected, dtype } = this;
    const [size, shape] = [sizeOf(this.shape), [...this.shape]];
    expectShape(
      this.written === size,
      () => `finish: ${this.written} entries of ${showShape(shape)} were written, which holds ${size}`,
    );
    if (data?.write && collected) {
      const step = Math.max(1, Math.floor(pieceWords / this.rowWords)) * this.rowWords;
      for (let from = 0; from < size; from += step)
        data.write(from, collected.subarray(from, Math.min(from + step, size)));
    }
    const dataId = data?.dataId ?? backend.write(this.valuesOf(this.collect()), shape, dtype);
    this.collected = undefined;
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype }, backend) as Tensor;
  }

  /** Frees what was written. */
  dispose(): void {
    this.collected = undefined;
    if (this.data) this.backend.disposeData(this.data.dataId);
  }

  private collect(): Int32Array<ArrayBuffer> {
    this.collected ??= new Int32Array(sizeOf(this.shape));
    return this.collected;
  }

  private valuesOf({ buffer }: Int32Array<ArrayBuffer>): Float32Array | Int32Array {
    return this.dtype === 'float32' ? new Float32Array(buffer) : new Int32Array(buffer);
  }
}

import type { MatrixForm, PackedBits } from '@residual/tensor';

/** Settings of the reading of rows. */
export interface RowReadOptions {
  /** Aborts the reading; the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Memory that the reading may use for its result, which is then valid until the next reading with the same memory:
   * `into` of safetensors and of sources of bytes. 4 bytes an entry suffice.
   */
  readonly memory?: Uint8Array | undefined;
}

/**
 * A tensor of a source, which is read in pieces: rows `from` to before `to` of its first axis. Pieces of one tensor are
 * asked for one after the other, from the first row to the last, each row once.
 */
export interface StoredRows {
  /** [rows, ...]. */
  readonly shape: readonly number[];
  /**
   * The form in which the source holds the entries: `f32` also for what `readRows` widens without a form of its own;
   * undefined for numbers that no matrix can hold as they are, such as the K types of GGUF.
   */
  readonly form: MatrixForm | undefined;
  /** The source's name of the element type, for messages: `F16`, `Q4_K`. */
  readonly type?: string | undefined;
  /** The entries of rows as float32, row-major. The caller owns them, or the `memory` does. */
  readRows(from: number, to: number, options: RowReadOptions): Promise<Float32Array>;
  /**
   * The bits of rows in the packed `form`, laid out as in a `PackedMatrix` with these rows. Absent if the form is not a
   * packed one; then, and where another form is wanted, `readRows` is used.
   */
  readPackedRows?(from: number, to: number, options: RowReadOptions): Promise<PackedBits>;
}

/** Consecutive rows of a stored tensor that are consecutive rows of a weight too. */
export interface RowRun {
  /** The first row in the stored tensor. */
  readonly stored: number;
  /** The first row in the weight. */
  readonly own: number;
  readonly length: number;
}

/** The part of a stored tensor that is one weight. */
export interface StoredSlice {
  /** The tensor; the slices of one tensor share this object, and are read together. */
  readonly rows: StoredRows;
  /** The first row along out that belongs to the weight. */
  readonly start: number;
  /** Where the rows of the weight lie, in the order of the tensor; all from `start` on if absent. */
  readonly runs?: readonly RowRun[] | undefined;
  /** Whether the tensor is [in, out] where the weight is [out, in]. */
  readonly transposed: boolean;
}

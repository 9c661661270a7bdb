/** Settings that apply from the next step. */
export interface Setting {
  readonly learningRate?: number;
  readonly frozen?: readonly string[];
  readonly isPaused?: boolean;
}

/** Options of a call. */
export interface CallOptions {
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined;
  /** Buffers to transfer instead of copying. */
  readonly transfer?: readonly object[];
}

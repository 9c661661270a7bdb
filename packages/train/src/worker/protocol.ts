/** What is asked of a run, whose number is the first argument: `next` and `leave` are its iteration. */
export type Method = 'start' | 'next' | 'leave' | 'ask' | 'checkpoint' | 'dispose';

/** What holds from the next step. */
export interface Setting {
  readonly learningRate?: number;
  readonly frozen?: readonly string[];
  readonly isPaused?: boolean;
}

/** What a call may be told. */
export interface CallOptions {
  /** Gives up the call. */
  readonly signal?: AbortSignal | undefined;
  /** Buffers that are given away instead of copied. */
  readonly transfer?: readonly object[];
}

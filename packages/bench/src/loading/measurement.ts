/** The forms that are loaded. */
export type LoadedForm = 'f32' | 'f16' | 'int8' | 'int4';

/** The memory of one load in a process or page of its own, in bytes. */
export interface PeakMeasurement {
  /** The bytes of the weights as they are held. */
  readonly held: number;
  /** The largest resident set above that of the process before, with the backend started. */
  readonly peak: number;
}

/** One load in a process of its own: milliseconds and bytes. */
export interface LoadMeasurement extends PeakMeasurement {
  readonly time: number;
  /** The time of reading the file alone. */
  readonly reading: number;
}

/** The memory after a tenth of the loads and after all. */
export interface RepeatedLoads {
  readonly usages: readonly {
    readonly tensors: number;
    readonly bytes: number;
    readonly buffers: number;
    readonly heapBytes: number;
    /** The bytes of JavaScript objects and buffers after a garbage collection. */
    readonly reachable: number;
  }[];
}

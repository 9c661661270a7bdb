/** A recording: the samples of each channel, all of one length, from -1 to 1 where nothing is clipped. */
export interface Audio {
  /** Samples per second, in Hz. */
  readonly sampleRate: number;
  readonly channels: readonly Float32Array[];
}

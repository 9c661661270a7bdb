/** How a recording is cut into frames. */
export interface Framing {
  /** Samples of a frame. */
  readonly frameLength: number;
  /** Samples from the start of a frame to the start of the next one. */
  readonly hop: number;
  /**
   * Whether frame t has its middle at sample t · hop, with the recording reflected at both ends, or starts there, with
   * whole frames only.
   */
  readonly center: boolean;
}

/** The number of samples before the recording in the first frame. */
export const paddingOf = ({ frameLength, center }: Framing): number => (center ? frameLength >> 1 : 0);

/** The number of frames of a recording of `length` samples; an empty one has none. */
export function frameCount(length: number, framing: Framing): number {
  const padded = length + 2 * paddingOf(framing);
  if (length === 0 || padded < framing.frameLength) return 0;
  return 1 + Math.floor((padded - framing.frameLength) / framing.hop);
}

/** Part of a recording: `samples` are those from index `start` on, of `length` in all. */
export interface SampleRange {
  readonly samples: Float32Array;
  readonly start: number;
  readonly length: number;
}

/** Copies the samples from index `from` on into a frame; before the first and after the last they are reflected. */
export function copyFrame({ samples, start, length }: SampleRange, from: number, frame: Float64Array): void {
  const inside = from >= 0 && from + frame.length <= length;
  for (let i = 0; i < frame.length; i++) {
    const index = inside ? from + i : reflected(from + i, length);
    frame[i] = samples[index - start]!;
  }
}

/** The index of the sample that a mirror at the first and one at the last sample show at an index. */
function reflected(index: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const offset = ((index % period) + period) % period;
  return Math.min(offset, period - offset);
}

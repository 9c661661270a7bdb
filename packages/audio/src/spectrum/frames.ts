/** How a recording is cut into frames. */
export interface Framing {
  /** Samples of a frame. */
  readonly frameLength: number;
  /** Samples from the start of a frame to the start of the next one. */
  readonly hop: number;
  readonly padding: FramePadding;
}

/**
 * Frame t has its middle at sample t · hop and the recording continues as its mirror image (`reflect`) or as zeros at
 * both ends; or frame t starts there, and there are whole frames only (`none`).
 */
export type FramePadding = 'reflect' | 'zeros' | 'none';

/** The number of samples before the recording in the first frame. */
export const paddingOf = ({ frameLength, padding }: Framing): number => (padding === 'none' ? 0 : frameLength >> 1);

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

/** Copies the samples from index `from` on into a frame, with the padding before the first and after the last. */
export function copyFrame(range: SampleRange, from: number, frame: Float64Array, padding: FramePadding): void {
  const { samples, start, length } = range;
  if (from >= 0 && from + frame.length <= length)
    for (let i = 0; i < frame.length; i++) frame[i] = samples[from + i - start]!;
  else if (padding === 'reflect')
    for (let i = 0; i < frame.length; i++) frame[i] = samples[reflected(from + i, length) - start]!;
  else for (let i = 0; i < frame.length; i++) frame[i] = isWithin(from + i, length) ? samples[from + i - start]! : 0;
}

const isWithin = (index: number, length: number) => index >= 0 && index < length;

/** The index of the sample that a mirror at the first and one at the last sample show at an index. */
function reflected(index: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const offset = ((index % period) + period) % period;
  return Math.min(offset, period - offset);
}

import type { SpeechSource } from '@residual/families';
import type { SpeechInput } from './speech-window.js';

/** A recording as the model reads it. */
export interface Recording {
  /** Features [bins, frames], or samples [1, samples]. */
  readonly values: Float32Array;
  readonly bins: number;
  /** How many frames there are, with those after the end of a short recording. */
  readonly frames: number;
  /** How many frames hold sound. */
  readonly soundFrames: number;
  /** Its length in seconds. */
  readonly duration: number;
  /** The seconds of a frame. */
  readonly frameSeconds: number;
}

/** How many frames a window has that begins at a frame: those that are left, at most those that the model reads. */
export function windowFrames({ frames }: Recording, source: SpeechSource, from: number): number {
  return Math.min(frames - from, source.kind === 'frames' ? source.frames : frames);
}

/** What the encoder reads of a window: [frames, bins], with zeros after the end of the recording. */
export function windowInput({ values, bins, frames }: Recording, source: SpeechSource, from: number): SpeechInput {
  const count = source.kind === 'frames' ? source.frames : frames - from;
  const data = new Float32Array(count * bins);
  const end = Math.min(from + count, frames);
  for (let bin = 0; bin < bins; bin++)
    for (let frame = from; frame < end; frame++) data[(frame - from) * bins + bin] = values[bin * frames + frame]!;
  return { shape: [count, bins], data };
}

/** Whether a window has no sound at all: the same numbers in all frames. */
export function isSilent({ values, bins, frames }: Recording, from: number, count: number): boolean {
  const first = values[from];
  for (let bin = 0; bin < bins; bin++)
    for (let frame = from; frame < from + count; frame++) if (values[bin * frames + frame] !== first) return false;
  return true;
}

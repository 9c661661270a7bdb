import { pulseTrain } from '@residual/audio';
import type { FrameScale } from '@residual/families';
import type { Batches } from '@residual/train';
import { Draws } from '../draws.js';
import { bins, hop, pitchBin, sampleRate, standardized, voicingBin } from '../speech/features.js';
import { middlesOf, powerSpectra, windowLengths } from './spectra.js';

/** A recording with its frames. */
export interface VoicedRecording {
  readonly samples: Float32Array;
  /** [frames, bins], not standardized. */
  readonly frames: Float32Array;
}

/** Parts of recordings: their frames, and the spectra of pulses and of the recordings in each window. */
export interface VocoderBatch {
  readonly size: number;
  readonly length: number;
  /** [size, length, bins], standardized. */
  readonly frames: Float32Array;
  /** For each of `windowLengths`, [middles, size, frequencies]. */
  readonly pulses: readonly Float32Array[];
  readonly recorded: readonly Float32Array[];
}

/** Frames of a part of a recording. */
export const partLength = 40;

/** Endless batches of parts of recordings at random. */
export function vocoderBatches(
  recordings: readonly VoicedRecording[],
  { batch, seed, scale }: { readonly batch: number; readonly seed: number; readonly scale: FrameScale },
): Batches<VocoderBatch> {
  return {
    from: async function* (position) {
      for (let step = position; ; step++) {
        const draws = new Draws(seed, 'vocoder', step);
        const chosen = Array.from({ length: batch }, () => {
          const recording = draws.pick(recordings);
          return { recording, first: Math.floor(draws.uniform(0, recording.frames.length / bins - partLength + 1)) };
        });
        yield vocoderBatch(chosen, scale);
      }
    },
  };
}

/** A batch of these parts. */
export function vocoderBatch(
  chosen: readonly { readonly recording: VoicedRecording; readonly first: number }[],
  scale: FrameScale,
): VocoderBatch {
  const [size, length] = [chosen.length, partLength];
  const frames = new Float32Array(size * length * bins);
  const counts = windowLengths.map(window => middlesOf(length * hop, window).length);
  const empty = () => windowLengths.map((window, i) => new Float32Array(counts[i]! * size * (window / 2 + 1)));
  const [pulses, recorded] = [empty(), empty()];
  for (const [row, { recording, first }] of chosen.entries()) {
    const part = recording.frames.subarray(first * bins, (first + length) * bins);
    frames.set(standardized(part, scale), row * length * bins);
    const column = (bin: number) => Float32Array.from({ length }, (_, t) => part[t * bins + bin]!);
    const source = pulseTrain({ pitch: column(pitchBin).map(Math.exp), voicing: column(voicingBin), sampleRate, hop });
    const samples = recording.samples.subarray(first * hop, (first + length) * hop);
    for (const [i, window] of windowLengths.entries()) {
      const middles = middlesOf(length * hop, window);
      const frequencies = window / 2 + 1;
      for (const [to, from] of [
        [pulses[i]!, source],
        [recorded[i]!, samples],
      ] as const) {
        const powers = powerSpectra(from, middles, window);
        for (const at of middles.keys())
          to.set(powers.subarray(at * frequencies, (at + 1) * frequencies), (at * size + row) * frequencies);
      }
    }
  }
  return { size, length, frames, pulses, recorded };
}

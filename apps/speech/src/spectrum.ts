import { melFilters, spectrogramStream } from '@residual/audio';
import { rate } from './sound.js';

/** Frames per second of the picture. */
export const frameRate = 100;

/** Bands of the picture, low to high. */
export const bands = 80;

/** The loudness between the darkest and the brightest point, in dB. */
const range = 70;

/** The levels of a sound, frame by frame as it arrives. */
export interface Spectrum {
  /** How many frames there are. */
  readonly frames: number;
  /** Adds samples; of the last ones a part waits for those after them. */
  push(samples: Float32Array): void;
  /** Adds the frames that wait. */
  finish(): void;
  /** The level of a band in a frame, from 0 (70 dB below the loudest, or less) to 1. */
  levelAt(frame: number, band: number): number;
}

/** The mel spectrum of a sound. */
export function spectrumOf(): Spectrum {
  const mel = melFilters({ sampleRate: rate, fftLength: 400, count: bands });
  const stream = spectrogramStream({ frameLength: 400, hop: rate / frameRate, mel, log: 'decibel' });
  let levels = new Float32Array(0);
  let [frames, loudest] = [0, -60];
  const add = (values: Float32Array) => {
    if ((frames + values.length / bands) * bands > levels.length) {
      const longer = new Float32Array(Math.max(2 * levels.length, frames * bands + values.length));
      longer.set(levels);
      levels = longer;
    }
    levels.set(values, frames * bands);
    frames += values.length / bands;
    for (const value of values) loudest = Math.max(loudest, value);
  };
  return {
    get frames() {
      return frames;
    },
    push: samples => add(stream.push(samples).values),
    finish: () => add(stream.finish().values),
    levelAt: (frame, band) => Math.min(1, Math.max(0, 1 + (levels[frame * bands + band]! - loudest) / range)),
  };
}

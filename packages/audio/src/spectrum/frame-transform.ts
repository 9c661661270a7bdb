import type { MelFilter } from './mel-filters.js';
import { realFft } from './real-fft.js';

/** What is computed of each frame, in this order. */
export interface FrameSteps {
  readonly frameLength: number;
  /** The length of the transform; a shorter frame is continued with zeros. */
  readonly fftLength: number;
  /** Subtracts the mean of the frame. */
  readonly removeMean: boolean;
  /** x[i] - preemphasis · x[i - 1], where the sample before the first one is itself. */
  readonly preemphasis: number;
  /** [frameLength] */
  readonly window: Float64Array;
  /** 2 for the squares of the magnitudes, 1 for the magnitudes. */
  readonly power: 1 | 2;
  /** Absent for the spectrum itself. */
  readonly mel?: readonly MelFilter[] | undefined;
  /** The least value, of which the logarithm is taken. */
  readonly floor: number;
  readonly log: Logarithm;
}

/** Which logarithm is taken of values; `decibel` is 10 log₁₀. */
export type Logarithm = 'log10' | 'ln' | 'decibel' | 'none';

/** The logarithms by name. */
export const logarithms: Readonly<Record<Logarithm, (value: number) => number>> = {
  log10: Math.log10,
  ln: Math.log,
  decibel: value => 10 * Math.log10(value),
  none: value => value,
};

/** Turns a frame into a row. The frame is overwritten. */
export interface FrameTransform {
  readonly outputs: number;
  readonly compute: (frame: Float64Array, row: Float64Array) => void;
}

/** The spectrum of frames, the sums of its mel filters, and their logarithms, in float64. */
export function frameTransform(steps: FrameSteps): FrameTransform {
  const { fftLength, window, power, mel, floor, log } = steps;
  const bins = (fftLength >> 1) + 1;
  const transform = realFft(fftLength);
  const re = new Float64Array(bins);
  const im = new Float64Array(bins);
  const logarithm = logarithms[log];
  const compute = (frame: Float64Array, row: Float64Array) => {
    if (steps.removeMean) subtractMean(frame);
    if (steps.preemphasis !== 0) emphasize(frame, steps.preemphasis);
    for (let i = 0; i < frame.length; i++) frame[i]! *= window[i]!;
    transform(frame, re, im);
    const spectrum = mel ? re : row;
    for (let k = 0; k < bins; k++) {
      const square = re[k]! * re[k]! + im[k]! * im[k]!;
      spectrum[k] = power === 2 ? square : Math.sqrt(square);
    }
    if (mel) for (let m = 0; m < mel.length; m++) row[m] = weightedSum(spectrum, mel[m]!);
    if (mel || log !== 'none') for (let m = 0; m < row.length; m++) row[m] = logarithm(Math.max(floor, row[m]!));
  };
  return { outputs: mel ? mel.length : bins, compute };
}

function weightedSum(spectrum: Float64Array, { first, weights }: MelFilter): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * spectrum[first + i]!;
  return sum;
}

function subtractMean(frame: Float64Array): void {
  let sum = 0;
  for (const sample of frame) sum += sample;
  const mean = sum / frame.length;
  for (let i = 0; i < frame.length; i++) frame[i]! -= mean;
}

function emphasize(frame: Float64Array, preemphasis: number): void {
  for (let i = frame.length - 1; i > 0; i--) frame[i]! -= preemphasis * frame[i - 1]!;
  frame[0]! *= 1 - preemphasis;
}

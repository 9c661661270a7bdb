import { expectInteger, expectOptions, expectValue, uniformValues, yieldToEventLoop } from '@residual/base';
import type { Features } from '../features.js';
import { type StftOptions, stftNames, stftPlan } from './spectrogram.js';
import { expectSpectrum, forwardTransform, inverseTransform, resultLength } from './stft.js';

/** Settings of `griffinLim`: those of the spectrogram, and how its phases are found. */
export interface GriffinLimOptions extends StftOptions {
  /** Rounds. Default 32. */
  readonly iterations?: number;
  /** How far a round goes beyond its result: 0 as first published, up to below 1 in less rounds. Default 0.99. */
  readonly momentum?: number;
  /** The seed of the first phases; absent: all are 0. */
  readonly seed?: number;
  /** Samples of the result. Default: up to the end of the last frame, without padding. */
  readonly length?: number;
  /** Is told how many rounds are done. */
  readonly onProgress?: (done: number, rounds: number) => void;
  /** Stops between two rounds. */
  readonly signal?: AbortSignal;
}

/**
 * A recording with these magnitudes: [frames, frequencies], of `spectrogram` with the power 1, → samples [length]. The
 * phases are those of the recording that the phases of the round before gave (Griffin and Lim 1984), with momentum
 * (Perraudin, Balazs and Søndergaard 2013). The same on every machine for a seed; equal to `librosa.griffinlim` without
 * one.
 */
export async function griffinLim(magnitudes: Features, options: GriffinLimOptions): Promise<Float32Array> {
  const names = { ...stftNames, iterations: 0, momentum: 0, seed: 0, length: 0, onProgress: 0, signal: 0 } as const;
  expectOptions('griffinLim', options, names);
  const plan = stftPlan('griffinLim', options);
  const { values, shape } = magnitudes;
  const [frames, bins] = expectSpectrum('griffinLim', shape, plan);
  const count = frames * bins;
  expectValue(values.length === count, 'griffinLim', 'the values', values.length, shape.join(' × '));
  const { iterations = 32, momentum = 0.99, seed, length = resultLength(plan, frames), onProgress, signal } = options;
  expectInteger('griffinLim', 'iterations', iterations, { min: 0, max: 2 ** 20 });
  expectValue(momentum >= 0 && momentum < 1, 'griffinLim', 'momentum', momentum, 'from 0 to below 1');
  expectInteger('griffinLim', 'length', length, { min: 0, max: 2 ** 30 });
  const [toSpectrum, toSamples] = [forwardTransform(plan), inverseTransform(plan, length)];
  const samples = new Float32Array(length);
  if (length === 0) return samples;
  const [re, im] = [Float64Array.from(values), new Float64Array(count)];
  if (seed !== undefined) turnAtRandom(re, im, seed);
  const [newRe, newIm] = [new Float64Array(count), new Float64Array(count)];
  const [oldRe, oldIm] = [new Float64Array(count), new Float64Array(count)];
  const share = momentum / (1 + momentum);
  for (let round = 0; round < iterations; round++) {
    await yieldToEventLoop(signal);
    toSamples({ re, im }, frames, samples);
    toSpectrum(samples, { re: newRe, im: newIm });
    for (let i = 0; i < count; i++) {
      const [x, y] = [newRe[i]! - share * oldRe[i]!, newIm[i]! - share * oldIm[i]!];
      const scale = values[i]! / (Math.hypot(x, y) + smallest);
      re[i] = x * scale;
      im[i] = y * scale;
    }
    oldRe.set(newRe);
    oldIm.set(newIm);
    onProgress?.(round + 1, iterations);
  }
  toSamples({ re, im }, frames, samples);
  return samples;
}

/** Keeps 0 / 0 away: the least normal number of float32, as in librosa. */
const smallest = 2 ** -126;

/** Turns each number by an angle of its own. */
function turnAtRandom(re: Float64Array, im: Float64Array, seed: number): void {
  for (const [i, turn] of uniformValues(seed, 'griffinLim', re.length).entries()) {
    im[i] = re[i]! * Math.sin(2 * Math.PI * turn);
    re[i]! *= Math.cos(2 * Math.PI * turn);
  }
}

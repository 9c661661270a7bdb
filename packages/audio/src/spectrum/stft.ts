import { expectInteger, expectOptions, expectValue } from '@residual/base';
import { copyFrame, frameCount, paddingOf } from './frames.js';
import { inverseRealFft, realFft } from './real-fft.js';
import { type StftOptions, type StftPlan, stftNames, stftPlan } from './spectrogram.js';

/** A short-time spectrum with its phases. */
export interface ComplexSpectrum {
  /** The real parts: [frames, frequencies]. */
  readonly re: Float32Array | Float64Array;
  /** The imaginary parts: [frames, frequencies]. */
  readonly im: Float32Array | Float64Array;
  /** [frames, ⌊fftLength / 2⌋ + 1] */
  readonly shape: readonly [number, number];
}

/** Settings of `inverseStft`: those of `stft`, and the length of the result. */
export interface InverseStftOptions extends StftOptions {
  /** Samples of the result; what no frame reaches is 0. Default: up to the end of the last frame, without padding. */
  readonly length?: number;
}

/**
 * The short-time Fourier transform of a recording, samples [length] → real and imaginary parts [frames, frequencies] in
 * float64: X[t, k] = Σ window[j] · x[t · hop + j] e^(-2πi jk / fftLength) over the samples j of a frame. With padding
 * the frames are those of `spectrogram`, whose values are |X|².
 */
export function stft(samples: Float32Array, options: StftOptions): ComplexSpectrum {
  expectOptions('stft', options, stftNames);
  const plan = stftPlan('stft', options);
  const frames = frameCount(samples.length, plan);
  const bins = binsOf(plan);
  const spectrum = { re: new Float64Array(frames * bins), im: new Float64Array(frames * bins) };
  forwardTransform(plan)(samples, spectrum);
  return { ...spectrum, shape: [frames, bins] };
}

/**
 * The recording whose `stft` is nearest to a spectrum: [frames, frequencies] → samples [length]. Each frame is
 * transformed back, weighted by the window once more and added to its neighbours; the sum is divided by the sum of the
 * squared windows (Griffin and Lim 1984). What `stft` made comes back, but for samples under no window.
 */
export function inverseStft({ re, im, shape }: ComplexSpectrum, options: InverseStftOptions): Float32Array {
  expectOptions('inverseStft', options, { ...stftNames, length: 0 });
  const plan = stftPlan('inverseStft', options);
  const [frames] = expectSpectrum('inverseStft', shape, plan);
  for (const [name, values] of [
    ['the number of real parts', re],
    ['the number of imaginary parts', im],
  ] as const)
    expectValue(values.length === shape[0] * shape[1], 'inverseStft', name, values.length, `${shape.join(' × ')}`);
  const { length = resultLength(plan, frames) } = options;
  expectInteger('inverseStft', 'length', length, { min: 0, max: 2 ** 30 });
  const samples = new Float32Array(length);
  inverseTransform(plan, length)({ re, im }, frames, samples);
  return samples;
}

/** The number of frequencies. */
export const binsOf = ({ fftLength }: StftPlan): number => (fftLength >> 1) + 1;

/** Throws if a spectrum has another number of frequencies than the transform. */
export function expectSpectrum(caller: string, shape: readonly number[], plan: StftPlan): readonly [number, number] {
  const bins = binsOf(plan);
  const what = `[frames, ${bins}] for the fftLength ${plan.fftLength}`;
  expectValue(shape.length === 2 && shape[1] === bins, caller, 'the shape', shape, what);
  return shape as readonly [number, number];
}

/** Samples from the first to the last frame, without padding. */
export function resultLength(plan: StftPlan, frames: number): number {
  if (frames === 0) return 0;
  return Math.max(0, (frames - 1) * plan.hop + plan.frameLength - 2 * paddingOf(plan));
}

/** Parts of a spectrum that are written. */
interface Parts<Values> {
  readonly re: Values;
  readonly im: Values;
}

/** A function that transforms all frames of recordings of one length; it owns its working memory. */
export function forwardTransform(plan: StftPlan): (samples: Float32Array, parts: Parts<Float64Array>) => void {
  const bins = binsOf(plan);
  const transform = realFft(plan.fftLength);
  const frame = new Float64Array(plan.frameLength);
  const padding = paddingOf(plan);
  return (samples, { re, im }) => {
    const range = { samples, start: 0, length: samples.length };
    for (let at = 0, t = 0; at < re.length; at += bins, t++) {
      copyFrame(range, t * plan.hop - padding, frame, plan.padding);
      for (let i = 0; i < frame.length; i++) frame[i]! *= plan.window[i]!;
      transform(frame, re.subarray(at, at + bins), im.subarray(at, at + bins));
    }
  };
}

/** A function that adds up the frames of spectra for recordings of one length; it owns its working memory. */
export function inverseTransform(
  plan: StftPlan,
  length: number,
): (parts: Parts<Float32Array | Float64Array>, frames: number, samples: Float32Array) => void {
  const { frameLength, fftLength, hop, window } = plan;
  const bins = binsOf(plan);
  const transform = inverseRealFft(fftLength);
  const frame = new Float64Array(fftLength);
  const padding = paddingOf(plan);
  const [sums, weights] = [new Float64Array(length), new Float64Array(length)];
  return ({ re, im }, frames, samples) => {
    sums.fill(0);
    weights.fill(0);
    for (let t = 0; t < frames; t++) {
      transform(re.subarray(t * bins, (t + 1) * bins), im.subarray(t * bins, (t + 1) * bins), frame);
      const start = t * hop - padding;
      for (let i = Math.max(0, -start); i < frameLength && start + i < length; i++) {
        sums[start + i]! += window[i]! * frame[i]!;
        weights[start + i]! += window[i]! * window[i]!;
      }
    }
    for (let i = 0; i < length; i++) samples[i] = weights[i]! > leastWeight ? sums[i]! / weights[i]! : 0;
  };
}

/** A sum of squared windows below this is none: the least number that float32 holds whole. */
const leastWeight = 2 ** -126;

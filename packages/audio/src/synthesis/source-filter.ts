import { expectInteger, expectOptions, expectValue, normalValues } from '@residual/base';
import type { Features } from '../features.js';
import { inverseRealFft, realFft } from '../spectrum/real-fft.js';
import { pulseTrain } from './pulse-train.js';

/** What `sourceFilter` makes sound of; frame i is at the sample i · hop. */
export interface SourceFilterInputs {
  /** The pitch of each frame in Hz. */
  readonly pitch: ArrayLike<number>;
  /** How much each frame is voiced, 0 to 1. */
  readonly voicing: ArrayLike<number>;
  /** ln of the magnitudes through which the pulses go, [frames, points], evenly from 0 Hz to half of the rate. */
  readonly harmonics: Features;
  /** ln of the magnitudes through which white noise of power 1 goes, [frames, points]. */
  readonly noise: Features;
}

/** Settings of `sourceFilter`. */
export interface SourceFilterOptions {
  /** Samples per second. */
  readonly sampleRate: number;
  /** Samples from one frame to the next, even. */
  readonly hop: number;
  /** The length of the transforms, a power of two of at least four hops. Default 1024. */
  readonly fftLength?: number;
  /** The seed of the noise. Default 0. */
  readonly seed?: number;
}

/** Magnitudes are at most e^this and at least e^-2 this: louder ones are mistakes. */
const most = 8;

/**
 * Speech as a source and filters (Dudley 1939; McAulay and Quatieri 1986): pulses of the pitch through one filter of
 * minimum phase, noise through another, which change twice in each frame in straight lines → samples [frames · hop].
 */
export function sourceFilter(inputs: SourceFilterInputs, options: SourceFilterOptions): Float32Array {
  expectOptions('sourceFilter', inputs, { pitch: 1, voicing: 1, harmonics: 1, noise: 1 });
  expectOptions('sourceFilter', options, { sampleRate: 1, hop: 1, fftLength: 0, seed: 0 });
  const { sampleRate, hop, fftLength = 1024, seed = 0 } = options;
  const { pitch, voicing, harmonics, noise } = inputs;
  expectInteger('sourceFilter', 'hop', hop, { min: 2, max: 2 ** 16 });
  expectValue(hop % 2 === 0, 'sourceFilter', 'hop', hop, 'even');
  const isPower = Number.isInteger(Math.log2(fftLength)) && fftLength >= 4 * hop && fftLength <= 2 ** 20;
  expectValue(isPower, 'sourceFilter', 'fftLength', fftLength, `a power of two of at least ${4 * hop}`);
  const frames = pitch.length;
  for (const [name, { values, shape }] of Object.entries({ harmonics, noise })) {
    const isShape = shape.length === 2 && shape[0] === frames && shape[1]! >= 2 && values.length === frames * shape[1]!;
    expectValue(isShape, 'sourceFilter', `the shape of ${name}`, shape, `[${frames}, points], a row for each frame`);
  }
  const length = frames * hop;
  const sources = [
    pulseTrain({ pitch, voicing, sampleRate, hop }),
    normalValues(seed, 'sourceFilter', length),
  ] as const;
  const [step, windowLength] = [hop / 2, 2 * hop];
  const window = Float64Array.from(
    { length: windowLength },
    (_, i) => (1 - Math.cos((2 * Math.PI * i) / windowLength)) / 4,
  );
  const forward = realFft(fftLength);
  const backward = inverseRealFft(fftLength);
  const bins = fftLength / 2 + 1;
  const complex = () => ({ re: new Float64Array(bins), im: new Float64Array(bins) });
  const [ofPulses, ofNoise, filter] = [complex(), complex(), complex()];
  const buffer = () => new Float64Array(fftLength);
  const [frame, cepstrum, sound] = [buffer(), buffer(), buffer()];
  const logs = new Float64Array(bins);
  const samples = new Float32Array(length);
  for (let at = 0; at < length; at += step) {
    const start = at + step / 2 - windowLength / 2;
    const windowed = (source: Float32Array, { re, im }: Complex) => {
      for (let i = 0; i < windowLength; i++) frame[i] = window[i]! * (source[start + i] ?? 0);
      forward(frame, re, im);
    };
    windowed(sources[0], ofPulses);
    windowed(sources[1], ofNoise);
    const position = (at + step / 2) / hop;
    logMagnitudes(harmonics, position, logs);
    minimumPhase(logs, { cepstrum, filter, forward, backward });
    logMagnitudes(noise, position, logs);
    for (let k = 0; k < bins; k++) {
      const [re, im, gain] = [ofPulses.re[k]!, ofPulses.im[k]!, Math.exp(logs[k]!)];
      ofPulses.re[k] = re * filter.re[k]! - im * filter.im[k]! + gain * ofNoise.re[k]!;
      ofPulses.im[k] = re * filter.im[k]! + im * filter.re[k]! + gain * ofNoise.im[k]!;
    }
    backward(ofPulses.re, ofPulses.im, sound);
    // the filter of noise has no delay, so that what it makes before the window stands at the end
    for (let i = 0; i < fftLength; i++) {
      const to = start + (i < fftLength - (fftLength - windowLength) / 2 ? i : i - fftLength);
      if (to >= 0 && to < length) samples[to]! += sound[i]!;
    }
  }
  return samples;
}

type Complex = { readonly re: Float64Array; readonly im: Float64Array };

/** ln of the magnitudes at all frequencies of the transform, between two frames and between points. */
function logMagnitudes({ values, shape }: Features, position: number, to: Float64Array): void {
  const [frames, points] = shape as [number, number];
  const first = Math.min(Math.max(Math.floor(position), 0), frames - 1);
  const second = Math.min(first + 1, frames - 1);
  const share = Math.min(Math.max(position - first, 0), 1);
  const point = (i: number) =>
    Math.min(
      Math.max((1 - share) * values[first * points + i]! + share * values[second * points + i]!, -2 * most),
      most,
    );
  for (let k = 0; k < to.length; k++) {
    const at = (k * (points - 1)) / (to.length - 1);
    const left = Math.min(Math.floor(at), points - 2);
    to[k] = (1 - at + left) * point(left) + (at - left) * point(left + 1);
  }
}

/** The filter of minimum phase with these magnitudes: the causal part of its cepstrum, doubled. */
function minimumPhase(
  logs: Float64Array,
  {
    cepstrum,
    filter,
    forward,
    backward,
  }: {
    readonly cepstrum: Float64Array;
    readonly filter: Complex;
    readonly forward: ReturnType<typeof realFft>;
    readonly backward: ReturnType<typeof inverseRealFft>;
  },
): void {
  filter.im.fill(0);
  filter.re.set(logs);
  backward(filter.re, filter.im, cepstrum);
  const half = cepstrum.length / 2;
  for (let i = 1; i < half; i++) cepstrum[i]! *= 2;
  cepstrum.fill(0, half + 1);
  forward(cepstrum, filter.re, filter.im);
  for (let k = 0; k < logs.length; k++) {
    const magnitude = Math.exp(filter.re[k]!);
    const phase = filter.im[k]!;
    filter.re[k] = magnitude * Math.cos(phase);
    filter.im[k] = magnitude * Math.sin(phase);
  }
}

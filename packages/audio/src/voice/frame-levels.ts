import { realFft } from '../spectrum/real-fft.js';
import { windowFunction } from '../spectrum/window.js';

/** The frames by which speech is found, 32 ms by 10 ms, and the band that is looked at. */
export interface LevelPlan {
  readonly frameLength: number;
  readonly hop: number;
  /** Level and flatness of the frame from sample `start` on. */
  readonly measure: (samples: Float32Array, start: number) => FrameLevel;
}

/** What a frame says about speech. */
export interface FrameLevel {
  /** The power between 100 and 4000 Hz in dB, 0 for a sine of full scale, -120 for silence. */
  readonly level: number;
  /** The geometric mean of that spectrum over its mean: about 0.56 for white noise, near 0 for a voice. */
  readonly flatness: number;
}

const silence = 1e-12;

/** Prepares the measurement at a rate. */
export function levelPlan(sampleRate: number): LevelPlan {
  const frameLength = Math.round(0.032 * sampleRate);
  const hop = Math.round(0.01 * sampleRate);
  const transform = realFft(frameLength);
  const window = windowFunction('hann', frameLength);
  const bins = (frameLength >> 1) + 1;
  const [frame, re, im] = [new Float64Array(frameLength), new Float64Array(bins), new Float64Array(bins)];
  const binOf = (hertz: number) => Math.round((hertz * frameLength) / sampleRate);
  const [first, last] = [binOf(100), Math.min(bins - 1, binOf(4000))];
  // The power of a sine of full scale over all frequencies up to half of the rate (Parseval).
  const full = (window.reduce((sum, weight) => sum + weight * weight, 0) * frameLength) / 4;
  const measure = (samples: Float32Array, start: number): FrameLevel => {
    for (let i = 0; i < frameLength; i++) frame[i] = (samples[start + i] ?? 0) * window[i]!;
    transform(frame, re, im);
    let [power, logs] = [0, 0];
    for (let k = first; k <= last; k++) {
      const square = re[k]! ** 2 + im[k]! ** 2;
      power += square;
      logs += Math.log(square + silence);
    }
    const count = last - first + 1;
    const mean = power / count + silence;
    return { level: 10 * Math.log10(power / full + silence), flatness: Math.exp(logs / count) / mean };
  };
  return { frameLength, hop, measure };
}

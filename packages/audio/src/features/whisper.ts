import { expectInteger, expectOptions, expectValue } from '@residual/base';
import type { Features } from '../features.js';
import { frameCount } from '../spectrum/frames.js';
import { melFilters } from '../spectrum/mel-filters.js';
import { eachFrame, type SpectrogramOptions, spectrogramPlan } from '../spectrum/spectrogram.js';
import { checkSize } from './size.js';

/** What a checkpoint of Whisper says about its features. */
export interface WhisperSettings {
  /** The number of mel filters: 80, or 128 of large-v3. Default 80. */
  readonly melBins?: number;
  /** Samples per second. Default 16000. */
  readonly sampleRate?: number;
  /** The length of the transform and its window, in samples. Default 400. */
  readonly fftLength?: number;
  /** Samples from one frame to the next. Default 160. */
  readonly hop?: number;
  /** The length of a window of the model, in seconds. Default 30. */
  readonly windowSeconds?: number;
}

/** Settings of `whisperFeatures`. */
export interface WhisperOptions extends WhisperSettings {
  /**
   * `window`: exactly one window of the model, padded with zeros or cut off. `none`: the whole recording, as the
   * reference takes it for long recordings; a window at its end is then padded with *features* of 0. Default `window`.
   */
  readonly padding?: 'window' | 'none';
}

/** The settings of the spectrum: log₁₀ of mel filters, before the normalization. */
export function whisperSpectrum(
  caller: string,
  settings: WhisperSettings,
): Required<WhisperSettings> & {
  readonly spectrum: SpectrogramOptions;
} {
  const { melBins = 80, sampleRate = 16_000, fftLength = 400, hop = 160, windowSeconds = 30 } = settings;
  expectInteger(caller, 'melBins', melBins, { min: 1, max: 1024 });
  expectInteger(caller, 'sampleRate', sampleRate, { min: 1000, max: 768_000 });
  expectInteger(caller, 'fftLength', fftLength, { min: 2, max: 65_536 });
  expectInteger(caller, 'hop', hop, { min: 1, max: 65_536 });
  expectInteger(caller, 'windowSeconds', windowSeconds, { min: 1, max: 600 });
  checkSize(caller, melBins, Math.ceil((windowSeconds * sampleRate) / hop));
  checkSize(caller, 1, windowSeconds * sampleRate);
  const mel = melFilters({ sampleRate, fftLength, count: melBins, maxFrequency: 8000 });
  const spectrum = { frameLength: fftLength, hop, mel, log: 'log10', floor: 1e-10 } as const;
  return { melBins, sampleRate, fftLength, hop, windowSeconds, spectrum };
}

/**
 * The log-mel spectrogram that Whisper reads (Radford et al. 2022): samples [length] → [melBins, frames], equal to
 * `WhisperFeatureExtractor` of Hugging Face transformers. A window has 3000 frames of 10 ms, a whole recording
 * ⌊length / hop⌋. Values are log₁₀ of the mel powers, not below the largest one of all frames - 8, plus 4, over 4: a
 * recording has other features as a whole than in parts. The samples must be finite.
 */
export function whisperFeatures(samples: Float32Array, options: WhisperOptions = {}): Features {
  const names = { melBins: 0, sampleRate: 0, fftLength: 0, hop: 0, windowSeconds: 0, padding: 0 } as const;
  expectOptions('whisperFeatures', options, names);
  const { padding = 'window', ...settings } = options;
  expectValue(['window', 'none'].includes(padding), 'whisperFeatures', 'padding', padding, 'window or none');
  const { melBins, sampleRate, hop, windowSeconds, spectrum } = whisperSpectrum('whisperFeatures', settings);
  const plan = spectrogramPlan('whisperFeatures', spectrum);
  const input = padding === 'window' ? resized(samples, windowSeconds * sampleRate) : samples;
  const frames = Math.max(0, frameCount(input.length, plan) - 1); // the reference drops the last frame
  const values = new Float32Array(melBins * frames);
  const used = Math.min(frames, Math.ceil((samples.length + plan.frameLength) / hop)); // the rest is silence
  let largest = -Infinity;
  const silence = Math.log10(1e-10);
  if (used < frames) {
    values.fill(silence);
    largest = silence;
  }
  eachFrame(input, plan, used, (row, frame) => {
    for (let bin = 0; bin < melBins; bin++) {
      const value = row[bin]!;
      if (value > largest) largest = value;
      values[bin * frames + frame] = value;
    }
  });
  return { values: normalized(values, largest), shape: [melBins, frames] };
}

/** Limits values to 8 below the largest, and brings them to about -1 to 1, in place. */
function normalized(values: Float32Array, largest: number): Float32Array {
  const least = Math.fround(largest) - 8;
  for (let i = 0; i < values.length; i++) values[i] = (Math.max(values[i]!, least) + 4) / 4;
  return values;
}

/** The samples, cut off or continued with zeros. */
function resized(samples: Float32Array, length: number): Float32Array {
  if (samples.length >= length) return samples.subarray(0, length);
  const padded = new Float32Array(length);
  padded.set(samples);
  return padded;
}

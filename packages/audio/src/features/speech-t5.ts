import { expectInteger, expectOptions, expectValue } from '@residual/base';
import type { Features } from '../features.js';
import { melFilters } from '../spectrum/mel-filters.js';
import { type SpectrogramOptions, spectrogram } from '../spectrum/spectrogram.js';

/** Settings of `speechT5Features`. */
export interface SpeechT5Options {
  /** Samples per second. Default 16000. */
  readonly sampleRate?: number;
  /** The number of mel filters. Default 80. */
  readonly melBins?: number;
  /** The length of a frame in milliseconds. Default 64. */
  readonly frameMilliseconds?: number;
  /** Milliseconds from one frame to the next. Default 16. */
  readonly hopMilliseconds?: number;
  /** Where the filters begin, in Hz. Default 80. */
  readonly minFrequency?: number;
  /** Where the filters end, in Hz. Default 7600. */
  readonly maxFrequency?: number;
  /** The least value of which a logarithm is taken. Default 1e-10. */
  readonly floor?: number;
}

/** The settings of the spectrogram. */
export function speechT5Spectrum(caller: string, options: SpeechT5Options): SpectrogramOptions {
  const names = { sampleRate: 0, melBins: 0, frameMilliseconds: 0, hopMilliseconds: 0, minFrequency: 0 } as const;
  expectOptions(caller, options, { ...names, maxFrequency: 0, floor: 0 });
  const { sampleRate = 16_000, melBins = 80, frameMilliseconds = 64, hopMilliseconds = 16 } = options;
  const { minFrequency = 80, maxFrequency = 7600, floor = 1e-10 } = options;
  expectInteger(caller, 'sampleRate', sampleRate, { min: 1000, max: 768_000 });
  expectInteger(caller, 'melBins', melBins, { min: 1, max: 1024 });
  expectInteger(caller, 'frameMilliseconds', frameMilliseconds, { min: 1, max: 1000 });
  expectInteger(caller, 'hopMilliseconds', hopMilliseconds, { min: 1, max: 1000 });
  expectValue(floor > 0 && floor < Infinity, caller, 'floor', floor, 'a positive number');
  const frameLength = Math.floor((frameMilliseconds * sampleRate) / 1000);
  const hop = Math.floor((hopMilliseconds * sampleRate) / 1000);
  const fftLength = 2 ** Math.ceil(Math.log2(frameLength));
  const mel = melFilters({ sampleRate, fftLength, count: melBins, minFrequency, maxFrequency });
  return { frameLength, hop, fftLength, power: 1, mel, log: 'log10', floor };
}

/**
 * The log-mel spectrogram that SpeechT5 writes (Ao et al. 2022): samples [length] → [frames, melBins], 1 + ⌊length /
 * 256⌋ frames at 16 kHz, equal to `SpeechT5FeatureExtractor` of Hugging Face transformers for `audio_target`.
 */
export function speechT5Features(samples: Float32Array, options: SpeechT5Options = {}): Features {
  return spectrogram(samples, speechT5Spectrum('speechT5Features', options));
}

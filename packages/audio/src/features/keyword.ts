import type { Features } from '../features.js';
import { melFilters } from '../spectrum/mel-filters.js';
import { type MfccOptions, mfcc } from '../spectrum/mfcc.js';

/**
 * The 40 MFCC that the Keyword Transformer reads (Berg et al. 2021): samples [length] at 16 kHz → [frames, 40], 98
 * frames of one second. They are those of `mfcc_tf` of kws_streaming in TensorFlow with the published flags: frames of
 * 30 ms by 10 ms under a periodic Hann window, magnitudes of a transform of 512, 80 mel filters from 20 to 7600 Hz, ln
 * of at least 1e-12, a cosine transform whose first row is not divided by √2.
 */
export function keywordFeatures(samples: Float32Array): Features {
  return mfcc(samples, keywordOptions());
}

/**
 * Samples of a length from the middle of a recording: [samples] → [length]. A shorter recording stands in the middle of
 * zeros.
 */
export function centred(samples: Float32Array, length: number): Float32Array {
  const from = Math.max(0, Math.floor((samples.length - length) / 2));
  const part = samples.subarray(from, from + length);
  const whole = new Float32Array(length);
  whole.set(part, Math.floor((length - part.length) / 2));
  return whole;
}

/** The settings of `mfcc` and of `spectrogram` for it. */
function keywordOptions(): MfccOptions {
  const range = { minFrequency: 20, maxFrequency: 7600 };
  const shape = { scale: 'kaldi', norm: 'none', triangles: 'mel' } as const;
  const mel = melFilters({ sampleRate: 16_000, fftLength: 512, count: 80, ...range, ...shape });
  const framing = { frameLength: 480, hop: 160, fftLength: 512, padding: 'none', power: 1 } as const;
  return { ...framing, mel, log: 'ln', floor: 1e-12, coefficients: 40, orthogonal: false };
}

import type { Features } from '../features.js';

/** Added to the variance, as in the reference. */
const epsilon = 1e-7;

/**
 * The samples with mean 0 and variance 1, as Wav2Vec2, HuBERT, WavLM and others read them: [length] → [length], equal
 * to `Wav2Vec2FeatureExtractor` of Hugging Face transformers for one recording without padding.
 */
export function normalizedWaveform(samples: Float32Array): Features {
  const { length } = samples;
  let sum = 0;
  for (const sample of samples) sum += sample;
  const mean = sum / length;
  let squares = 0;
  for (const sample of samples) squares += (sample - mean) ** 2;
  const scale = 1 / Math.sqrt(squares / length + epsilon);
  return { values: samples.map(sample => (sample - mean) * scale), shape: [length] };
}

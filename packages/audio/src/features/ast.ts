import { expectInteger, expectOptions, expectValue } from '@residual/base';
import type { Features } from '../features.js';
import { frameCount } from '../spectrum/frames.js';
import { melFilters } from '../spectrum/mel-filters.js';
import { eachFrame, type SpectrogramPlan, spectrogramPlan } from '../spectrum/spectrogram.js';
import { windowFunction } from '../spectrum/window.js';
import { checkSize } from './size.js';

/** Settings of `astFeatures`. */
export interface AstOptions {
  /** The number of mel filters. Default 128. */
  readonly melBins?: number;
  /** The number of frames; fewer are continued with zeros, more are cut off. Default 1024. */
  readonly maxFrames?: number;
  /** What is subtracted; default that of AudioSet, -4.2677393. */
  readonly mean?: number;
  /** Half of what is divided by; default that of AudioSet, 4.5689974. */
  readonly std?: number;
  /** Whether mean and std are applied. Default true. */
  readonly normalize?: boolean;
}

/** The settings with their defaults, the plan of the frames, and the normalization of a value. */
export function astPlan(caller: string, options: AstOptions) {
  expectOptions(caller, options, { melBins: 0, maxFrames: 0, mean: 0, std: 0, normalize: 0 });
  const { melBins = 128, maxFrames = 1024, mean = -4.2677393, std = 4.5689974, normalize = true } = options;
  expectInteger(caller, 'melBins', melBins, { min: 1, max: 1024 });
  expectInteger(caller, 'maxFrames', maxFrames, { min: 1 });
  checkSize(caller, melBins, maxFrames);
  expectValue(Number.isFinite(mean), caller, 'mean', mean, 'a number');
  expectValue(std > 0 && std < Infinity, caller, 'std', std, 'a positive number');
  expectValue(typeof normalize === 'boolean', caller, 'normalize', normalize, 'true or false');
  const shape = { scale: 'kaldi', norm: 'none', triangles: 'mel' } as const;
  const mel = melFilters({ sampleRate: 16_000, fftLength: 512, count: melBins, minFrequency: 20, ...shape });
  const window = windowFunction('hann', 400, { periodic: false });
  const framing = { frameLength: 400, hop: 160, fftLength: 512, window, padding: 'none' } as const;
  const steps = { removeMean: true, preemphasis: 0.97, mel, log: 'ln', floor: 2 ** -23 } as const;
  const plan: SpectrogramPlan = spectrogramPlan(caller, { ...framing, ...steps });
  return { melBins, maxFrames, plan, scaled: (value: number) => (normalize ? (value - mean) / (2 * std) : value) };
}

/**
 * The log-mel spectrogram that the Audio Spectrogram Transformer reads (Gong et al. 2021): samples [length] at 16 kHz →
 * [maxFrames, melBins], equal to `ASTFeatureExtractor` of Hugging Face transformers, whose filters are Kaldi's: frames
 * of 25 ms by 10 ms without their mean, emphasized by 0.97, under a symmetric Hann window.
 */
export function astFeatures(samples: Float32Array, options: AstOptions = {}): Features {
  const { melBins, maxFrames, plan, scaled } = astPlan('astFeatures', options);
  const values = new Float32Array(maxFrames * melBins);
  const frames = Math.min(maxFrames, frameCount(samples.length, plan));
  eachFrame(samples, plan, frames, (row, frame) => values.set(row, frame * melBins));
  return { values: values.map(scaled), shape: [maxFrames, melBins] };
}

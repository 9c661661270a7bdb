import { expectInteger, expectOptions, expectValue } from '@residual/base';
import type { Features } from '../features.js';
import { frameCount } from './frames.js';
import type { MelFilter } from './mel-filters.js';
import { eachFrame, type SpectrogramOptions, spectrogramPlan } from './spectrogram.js';

/** Settings of `mfcc`: those of the log-mel spectrogram, and how many cosines are taken of each frame. */
export interface MfccOptions extends SpectrogramOptions {
  /** Filters whose sums take the place of the spectrum. */
  readonly mel: readonly MelFilter[];
  /** The number of coefficients, from the lowest. */
  readonly coefficients: number;
  /** Whether the first cosine is divided by √2, as in librosa and torchaudio; TensorFlow does not. Default true. */
  readonly orthogonal?: boolean;
  /** Values are at least the largest of the recording minus this; librosa says 80 dB. Default: no limit. */
  readonly range?: number;
}

/**
 * Mel-frequency cepstral coefficients: [length] → [frames, coefficients], the cosine transform (DCT-II) of each frame
 * of the log-mel spectrogram (Davis and Mermelstein 1980), in float64.
 */
export function mfcc(samples: Float32Array, options: MfccOptions): Features {
  const { coefficients, orthogonal = true, range = Infinity, ...spectrum } = options;
  expectOptions('mfcc', { coefficients, mel: options.mel }, { coefficients: 1, mel: 1 });
  const plan = spectrogramPlan('mfcc', spectrum);
  const bins = plan.outputs;
  expectInteger('mfcc', 'coefficients', coefficients, { min: 1, max: bins });
  expectValue(typeof orthogonal === 'boolean', 'mfcc', 'orthogonal', orthogonal, 'true or false');
  expectValue(range > 0, 'mfcc', 'range', range, 'a positive number');
  const frames = frameCount(samples.length, plan);
  const logs = new Float64Array(frames * bins);
  let largest = -Infinity;
  eachFrame(samples, plan, frames, (row, frame) => {
    logs.set(row, frame * bins);
    for (const value of row) largest = Math.max(largest, value);
  });
  const cosines = cosineTransform(coefficients, bins, orthogonal);
  const values = new Float32Array(frames * coefficients);
  const least = largest - range;
  for (let frame = 0; frame < frames; frame++)
    for (let k = 0; k < coefficients; k++) {
      let sum = 0;
      for (let n = 0; n < bins; n++) sum += cosines[k * bins + n]! * Math.max(least, logs[frame * bins + n]!);
      values[frame * coefficients + k] = sum;
    }
  return { values, shape: [frames, coefficients] };
}

/** √(2 / inputs) cos(π k (n + ½) / inputs), the first row over √2 if orthogonal: [outputs, inputs]. */
function cosineTransform(outputs: number, inputs: number, orthogonal: boolean): Float64Array {
  const matrix = new Float64Array(outputs * inputs);
  for (let k = 0; k < outputs; k++)
    for (let n = 0; n < inputs; n++) {
      const scale = Math.sqrt((k === 0 && orthogonal ? 1 : 2) / inputs);
      matrix[k * inputs + n] = scale * Math.cos((Math.PI * k * (n + 0.5)) / inputs);
    }
  return matrix;
}

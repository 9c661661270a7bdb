import type { Audio, Features } from '@residual/audio';
import { ResidualError, showValue } from '@residual/tensor';

export type { Audio, Features } from '@residual/audio';

/**
 * A recording: samples at the rate of the model, from -1 to 1; a recording of any rate and channels, as `readWav` of
 * `@residual/audio` gives it; or its features, as the functions of that package give them.
 */
export type AudioInput = Float32Array | Audio | Features;

/** Whether an input is features. */
export const isFeatures = (input: AudioInput): input is Features =>
  typeof input === 'object' && input !== null && 'values' in input && 'shape' in input;

/** The samples of the recording with an index at a rate, as one channel. Errors for what is none. */
export async function samplesOf(
  caller: string,
  input: Float32Array | Audio,
  sampleRate: number,
  i: number,
): Promise<Float32Array> {
  if (input instanceof Float32Array) {
    expectFinite(caller, input, i);
    return input;
  }
  if (typeof input !== 'object' || input === null || !Array.isArray(input.channels))
    throw new ResidualError(
      'prompt',
      `${caller}: recording ${i} is ${showValue(input)}; it must be samples, a recording of @residual/audio or its ` +
        'features',
    );
  const { mono, resample } = await import('@residual/audio');
  const samples = mono(input);
  expectFinite(caller, samples, i);
  return input.sampleRate === sampleRate ? samples : resample(samples, { from: input.sampleRate, to: sampleRate });
}

function expectFinite(caller: string, samples: Float32Array, i: number): void {
  if (!samples.every(Number.isFinite))
    throw new ResidualError('prompt', `${caller}: recording ${i} holds a sample that is not finite`);
}

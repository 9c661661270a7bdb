import type { Audio, Features } from '@residual/audio';
import type { SpeechSource } from '@residual/families';
import { expectInteger, ResidualError, showShape, showValue } from '@residual/tensor';
import type { LoadedModel } from '../loaded-model.js';
import { speechModelOf } from '../model-kind.js';
import { preprocessorConfig } from '../preprocessor-config.js';
import type { Recording } from './recording.js';

export type { Audio, Features } from '@residual/audio';

/**
 * What can be transcribed: samples at the rate of the model, from -1 to 1; a recording of any rate and channels, as
 * `readWav` of `@residual/audio` gives it; or its features, [bins, frames], as `whisperFeatures` gives them.
 */
export type AudioInput = Float32Array | Audio | Features;

/** Recordings as the model reads them. Errors for what is none. */
export async function recordingsOf(model: LoadedModel, inputs: readonly AudioInput[]): Promise<Recording[]> {
  const { composition } = speechModelOf('transcribe', model);
  const settings = preprocessorSettings(preprocessorConfig(model) ?? {});
  const recordings: Recording[] = [];
  for (const [i, input] of inputs.entries()) {
    if (isFeatures(input)) recordings.push(ofFeatures(input, composition.source, settings, i));
    else recordings.push(await ofSound(input, composition.source, settings, i));
  }
  return recordings;
}

/** What `preprocessor_config.json` says of the sound and its features. */
interface PreprocessorSettings {
  readonly sampleRate: number;
  readonly hop: number;
  readonly fftLength: number;
}

/** The settings of a config; those of Whisper where it does not say them. */
function preprocessorSettings(config: Readonly<Record<string, unknown>>): PreprocessorSettings {
  const count = (name: string, standard: number): number => {
    const value = config[name] ?? standard;
    expectInteger('transcribe', `${name} of preprocessor_config.json`, value, { min: 1, max: 768_000 });
    return value;
  };
  return { sampleRate: count('sampling_rate', 16_000), hop: count('hop_length', 160), fftLength: count('n_fft', 400) };
}

/** Whether an input is features. */
export const isFeatures = (input: AudioInput): input is Features =>
  typeof input === 'object' && input !== null && 'values' in input && 'shape' in input;

/** A recording from its features. */
function ofFeatures(
  { values, shape }: Features,
  source: SpeechSource,
  { sampleRate, hop }: PreprocessorSettings,
  i: number,
): Recording {
  const [bins, frames] = shape as readonly [number, number];
  const width = source.kind === 'frames' ? source.bins : 1;
  const fits = shape.length === 2 && bins === width && values.length === bins * frames && frames > 0;
  if (!fits) refuse(`features ${i} are ${showShape(shape)} of ${values.length} numbers; [${width}, frames] would fit`);
  if (!values.every(Number.isFinite)) refuse(`features ${i} hold a number that is not finite`);
  const frameSeconds = (source.kind === 'frames' ? hop : 1) / sampleRate;
  const padded = source.kind === 'frames' && frames < source.frames ? padFrames(values, bins, source.frames) : values;
  const count = padded.length / bins;
  return { values: padded, bins, frames: count, soundFrames: frames, duration: frames * frameSeconds, frameSeconds };
}

/** Features [bins, frames] continued with zeros. */
function padFrames(values: Float32Array, bins: number, frames: number): Float32Array {
  const before = values.length / bins;
  const padded = new Float32Array(bins * frames);
  for (let bin = 0; bin < bins; bin++) padded.set(values.subarray(bin * before, (bin + 1) * before), bin * frames);
  return padded;
}

/**
 * A recording from samples. Those of at most a window are continued with silence, whose features are read too; longer
 * ones are read as a whole.
 */
async function ofSound(
  input: Float32Array | Audio,
  source: SpeechSource,
  { sampleRate, hop, fftLength }: PreprocessorSettings,
  i: number,
): Promise<Recording> {
  const samples = await samplesOf(input, sampleRate, i);
  const duration = samples.length / sampleRate;
  if (source.kind === 'samples' || samples.length === 0) {
    const bins = source.kind === 'frames' ? source.bins : 1;
    const frames = samples.length;
    return { values: samples, bins, frames, soundFrames: frames, duration, frameSeconds: 1 / sampleRate };
  }
  const { whisperFeatures } = await import('@residual/audio');
  const isLong = samples.length > source.frames * hop;
  const windowSeconds = (source.frames * hop) / sampleRate;
  const isWhole = Number.isInteger(windowSeconds); // else the silence after a short one is added here
  const options = { melBins: source.bins, sampleRate, hop, fftLength };
  const { values, shape } =
    isWhole && !isLong
      ? whisperFeatures(samples, { ...options, windowSeconds })
      : whisperFeatures(continued(samples, source.frames * hop), { ...options, padding: 'none' });
  const frames = shape[1]!;
  const soundFrames = isLong ? frames : Math.ceil(samples.length / hop);
  return { values, bins: source.bins, frames, soundFrames, duration, frameSeconds: hop / sampleRate };
}

/** Samples continued with zeros to a length. */
function continued(samples: Float32Array, length: number): Float32Array {
  if (samples.length >= length) return samples;
  const longer = new Float32Array(length);
  longer.set(samples);
  return longer;
}

/** The samples of the recording with an index at a rate, as one channel. Errors for what is none. */
export async function samplesOf(input: Float32Array | Audio, sampleRate: number, i: number): Promise<Float32Array> {
  if (input instanceof Float32Array) {
    if (!input.every(Number.isFinite)) refuse(`recording ${i} holds a sample that is not finite`);
    return input;
  }
  if (typeof input !== 'object' || input === null || !Array.isArray(input.channels))
    refuse(`recording ${i} is ${showValue(input)}; it must be samples, a recording of @residual/audio or its features`);
  const { mono, resample } = await import('@residual/audio');
  const samples = mono(input);
  if (!samples.every(Number.isFinite)) refuse(`recording ${i} holds a sample that is not finite`);
  return input.sampleRate === sampleRate ? samples : resample(samples, { from: input.sampleRate, to: sampleRate });
}

function refuse(what: string): never {
  throw new ResidualError('prompt', `transcribe: ${what}`);
}

import type { Audio, Features } from '@residual/audio';
import type { SpeechSource } from '@residual/families';
import { ResidualError, showShape } from '@residual/tensor';
import type { LoadedModel } from '../loaded-model.js';
import { speechModelOf } from '../model-kind.js';
import { type AudioInput, isFeatures, samplesOf } from '../sounds/samples-of.js';
import { soundFeatures } from '../sounds/sound-features.js';
import type { Recording } from './recording.js';

/** Recordings as the model reads them. Errors for what is none. */
export async function recordingsOf(model: LoadedModel, inputs: readonly AudioInput[]): Promise<Recording[]> {
  const { composition } = speechModelOf('transcribe', model);
  const settings = await soundSettings(model, composition.source);
  const recordings: Recording[] = [];
  for (const [i, input] of inputs.entries()) {
    if (isFeatures(input)) recordings.push(ofFeatures(input, composition.source, settings, i));
    else recordings.push(await ofSound(input, composition.source, settings, i));
  }
  return recordings;
}

/** What the checkpoint says of the sound and its features. */
interface SoundSettings {
  readonly sampleRate: number;
  readonly hop: number;
  readonly fftLength: number;
  /** What samples become before the model reads them. */
  readonly prepare: (samples: Float32Array) => Float32Array;
}

/** The settings of a checkpoint; those of Whisper, or of plain samples, where it does not say them. */
async function soundSettings(model: LoadedModel, { kind }: SpeechSource): Promise<SoundSettings> {
  const features =
    kind === 'frames'
      ? await soundFeatures(model, 'WhisperFeatureExtractor')
      : await soundFeatures(model, 'Wav2Vec2FeatureExtractor', { do_normalize: false });
  if (features.kind === 'whisper' && kind === 'frames') return { ...features.settings, prepare: samples => samples };
  if (features.kind !== 'waveform' || kind !== 'samples')
    return refuse(`the model reads ${kind}, its preprocessor_config.json describes features of kind ${features.kind}`);
  const { sampleRate, extract } = features;
  return {
    sampleRate,
    hop: 1,
    fftLength: 1,
    prepare: samples => (samples.length > 0 ? extract(samples).values : samples),
  };
}

/** A recording from its features. */
function ofFeatures(
  { values, shape }: Features,
  source: SpeechSource,
  { sampleRate, hop }: SoundSettings,
  i: number,
): Recording {
  const [bins, frames] = shape as readonly [number, number];
  const width = source.kind === 'frames' ? source.bins : 1;
  const fits = shape.length === 2 && bins === width && values.length === bins * frames && frames > 0;
  if (!fits) refuse(`features ${i} are ${showShape(shape)} of ${values.length} numbers; [${width}, frames] would fit`);
  if (!values.every(Number.isFinite)) refuse(`features ${i} hold a number that is not finite`);
  const frameSeconds = hop / sampleRate;
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
  { sampleRate, hop, fftLength, prepare }: SoundSettings,
  i: number,
): Promise<Recording> {
  const samples = await samplesOf('transcribe', input, sampleRate, i);
  const duration = samples.length / sampleRate;
  if (source.kind === 'samples' || samples.length === 0) {
    const bins = source.kind === 'frames' ? source.bins : 1;
    const frames = samples.length;
    return { values: prepare(samples), bins, frames, soundFrames: frames, duration, frameSeconds: 1 / sampleRate };
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

function refuse(what: string): never {
  throw new ResidualError('prompt', `transcribe: ${what}`);
}

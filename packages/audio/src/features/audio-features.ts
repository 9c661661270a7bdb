import { expectOptions, firstFew, showValue } from '@residual/base';
import type { Features } from '../features.js';
import { type FeatureStream, spectrogramStream } from '../spectrum/stream.js';
import { astFeatures, astPlan } from './ast.js';
import { astStream } from './ast-stream.js';
import { configValues, refuse } from './config-fields.js';
import { keywordExtractor } from './keyword-extractor.js';
import { speechT5Features, speechT5Spectrum } from './speech-t5.js';
import { normalizedWaveform } from './waveform.js';
import { type WhisperSettings, whisperFeatures, whisperSpectrum } from './whisper.js';

/** What a `preprocessor_config.json` says about sound: how samples become what the model reads. */
export type AudioFeatures = WhisperExtractor | AstExtractor | WaveformExtractor | SpeechT5Extractor | KeywordExtractor;

interface Extractor {
  /** Samples per second of what `extract` takes. */
  readonly sampleRate: number;
}

/** Features of Residual's Keyword Transformer. */
export interface KeywordExtractor extends Extractor {
  readonly kind: 'keyword';
  /** Samples → [98, 40], those of the second in the middle. */
  readonly extract: (samples: Float32Array) => Features;
}

/** Features of Whisper. */
export interface WhisperExtractor extends Extractor {
  readonly kind: 'whisper';
  readonly settings: Required<WhisperSettings>;
  /** Samples → [melBins, frames]: one window, or with `none` the whole recording. */
  readonly extract: (samples: Float32Array, options?: { readonly padding?: 'window' | 'none' }) => Features;
  /** The log₁₀ mel powers of frames, [frames, melBins], before the limit and the shift, which need all frames. */
  readonly stream: () => FeatureStream;
}

/** Features of the Audio Spectrogram Transformer. */
export interface AstExtractor extends Extractor {
  readonly kind: 'ast';
  /** Samples → [maxFrames, melBins]. */
  readonly extract: (samples: Float32Array) => Features;
  /** The frames of a recording, as many as there are. */
  readonly stream: () => FeatureStream;
}

/** The samples themselves, of Wav2Vec2, HuBERT, WavLM, Moonshine and others. */
export interface WaveformExtractor extends Extractor {
  readonly kind: 'waveform';
  /** Whether the samples get mean 0 and variance 1, which needs all of them. */
  readonly normalize: boolean;
  /** Samples → [length]. */
  readonly extract: (samples: Float32Array) => Features;
}

/** The samples that SpeechT5 reads, and the log-mel frames that it writes. */
export interface SpeechT5Extractor extends Extractor {
  readonly kind: 'speecht5';
  readonly normalize: boolean;
  /** Samples → [length]. */
  readonly extract: (samples: Float32Array) => Features;
  /** Samples → [frames, melBins]. */
  readonly extractTarget: (samples: Float32Array) => Features;
  /** The frames of `extractTarget`. */
  readonly stream: () => FeatureStream;
}

/** Settings of `audioFeatures`. */
export interface AudioFeaturesOptions {
  /** What `feature_extractor_type` is where the config does not say it, such as `Wav2Vec2FeatureExtractor`. */
  readonly type?: string;
}

/** Values that the reference takes and this package does not, because they would change the numbers. */
const common = { padding_value: { values: [0] }, padding_side: { values: ['right'] } } as const;
const rate = { default: 16_000, min: 1000, max: 768_000 } as const;

const readers: Readonly<Record<string, (config: Readonly<Record<string, unknown>>) => AudioFeatures>> = {
  WhisperFeatureExtractor: whisperExtractor,
  ASTFeatureExtractor: astExtractor,
  Wav2Vec2FeatureExtractor: waveformExtractor,
  SpeechT5FeatureExtractor: speechT5Extractor,
  KeywordFeatureExtractor: keywordExtractor,
};

/**
 * The features of a published checkpoint, from its `preprocessor_config.json` (or the `feature_extractor` in its
 * `processor_config.json`), parsed. A field that is not understood and could change the numbers is an error of code
 * `config`. One recording at a time is extracted: batches are padded by whoever makes them.
 */
export function audioFeatures(config: unknown, options: AudioFeaturesOptions = {}): AudioFeatures {
  expectOptions('audioFeatures', options, { type: 0 });
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    refuse(`the config is ${showValue(config)}, not an object`);
  const { feature_extractor = config } = config as { readonly feature_extractor?: unknown };
  const fields = Object(feature_extractor) as Readonly<Record<string, unknown>>;
  const type = fields.feature_extractor_type ?? options.type;
  const read = typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (!read) refuse(`feature_extractor_type is ${showValue(type)}; ${firstFew(Object.keys(readers))} would fit`);
  return read(fields);
}

function whisperExtractor(config: Readonly<Record<string, unknown>>): WhisperExtractor {
  const fields = {
    ...common,
    feature_size: { default: 80, min: 1, max: 1024 },
    sampling_rate: rate,
    hop_length: { default: 160, min: 1, max: 65_536 },
    chunk_length: { default: 30, min: 1, max: 600 },
    n_fft: { default: 400, min: 2, max: 65_536 },
    dither: { values: [0] },
    do_normalize: { values: [false, null] },
  } as const;
  const values = configValues(config, fields, ['n_samples', 'nb_max_frames', 'mel_filters']);
  const { spectrum, ...settings } = whisperSpectrum('audioFeatures', {
    melBins: values.feature_size,
    sampleRate: values.sampling_rate,
    fftLength: values.n_fft,
    hop: values.hop_length,
    windowSeconds: values.chunk_length,
  });
  return {
    kind: 'whisper',
    sampleRate: settings.sampleRate,
    settings,
    extract: (samples, options = {}) => whisperFeatures(samples, { ...settings, ...options }),
    stream: () => spectrogramStream(spectrum),
  };
}

function astExtractor(config: Readonly<Record<string, unknown>>): AstExtractor {
  const fields = {
    ...common,
    feature_size: { values: [1] },
    sampling_rate: { values: [16_000] },
    num_mel_bins: { default: 128, min: 1, max: 1024 },
    max_length: { default: 1024, min: 1, max: 2 ** 24 },
    do_normalize: { default: true },
    mean: { default: -4.2677393, min: -1e6, max: 1e6, whole: false },
    std: { default: 4.5689974, min: 1e-6, max: 1e6, whole: false },
  } as const;
  const { num_mel_bins, max_length, do_normalize, mean, std } = configValues(config, fields);
  const options = { melBins: num_mel_bins, maxFrames: max_length, normalize: do_normalize, mean, std };
  astPlan('audioFeatures', options);
  return {
    kind: 'ast',
    sampleRate: 16_000,
    extract: samples => astFeatures(samples, options),
    stream: () => astStream(options),
  };
}

function waveformExtractor(config: Readonly<Record<string, unknown>>): WaveformExtractor {
  const fields = {
    ...common,
    feature_size: { values: [1] },
    sampling_rate: rate,
    do_normalize: { default: true },
  } as const;
  const { sampling_rate, do_normalize } = configValues(config, fields);
  return { kind: 'waveform', sampleRate: sampling_rate, normalize: do_normalize, extract: waveform(do_normalize) };
}

function speechT5Extractor(config: Readonly<Record<string, unknown>>): SpeechT5Extractor {
  const fields = {
    ...common,
    feature_size: { values: [1] },
    sampling_rate: rate,
    do_normalize: { default: false },
    num_mel_bins: { default: 80, min: 1, max: 1024 },
    hop_length: { default: 16, min: 1, max: 1000 },
    win_length: { default: 64, min: 1, max: 1000 },
    win_function: { values: ['hann_window'] },
    fmin: { default: 80, min: 0, max: 384_000, whole: false },
    fmax: { default: 7600, min: 0, max: 384_000, whole: false },
    mel_floor: { default: 1e-10, min: 1e-300, max: 1e300, whole: false },
    frame_signal_scale: { values: [1] },
  } as const;
  const values = configValues(config, fields, ['reduction_factor']);
  const options = {
    sampleRate: values.sampling_rate,
    melBins: values.num_mel_bins,
    frameMilliseconds: values.win_length,
    hopMilliseconds: values.hop_length,
    minFrequency: values.fmin,
    maxFrequency: values.fmax,
    floor: values.mel_floor,
  };
  const spectrum = speechT5Spectrum('audioFeatures', options);
  return {
    kind: 'speecht5',
    sampleRate: values.sampling_rate,
    normalize: values.do_normalize,
    extract: waveform(values.do_normalize),
    extractTarget: samples => speechT5Features(samples, options),
    stream: () => spectrogramStream(spectrum),
  };
}

const waveform =
  (normalize: boolean) =>
  (samples: Float32Array): Features =>
    normalize ? normalizedWaveform(samples) : { values: samples, shape: [samples.length] };

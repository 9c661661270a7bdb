export { ResidualError } from '@residual/base';
export type { Audio } from './audio.js';
export type { AudioErrorKind } from './errors.js';
export { type AstOptions, astFeatures } from './features/ast.js';
export {
  type AstExtractor,
  type AudioFeatures,
  type AudioFeaturesOptions,
  audioFeatures,
  type KeywordExtractor,
  type SpeechT5Extractor,
  type WaveformExtractor,
  type WhisperExtractor,
} from './features/audio-features.js';
export { centred, keywordFeatures } from './features/keyword.js';
export { type SpeechT5Options, speechT5Features } from './features/speech-t5.js';
export { normalizedWaveform } from './features/waveform.js';
export { type WhisperOptions, type WhisperSettings, whisperFeatures } from './features/whisper.js';
export type { Features } from './features.js';
export { captureWorklet } from './microphone/capture-worklet.js';
export { type Microphone, type MicrophoneOptions, type MicrophonePart, microphone } from './microphone/microphone.js';
export { mono } from './mono.js';
export type { AudioDecoder } from './read/decode.js';
export { type AudioInput, type ReadAudioOptions, readAudio } from './read/read-audio.js';
export { type ResampleOptions, type Resampler, resample, resampler } from './resample/resample.js';
export type { Logarithm } from './spectrum/frame-transform.js';
export type { FramePadding } from './spectrum/frames.js';
export { type GriffinLimOptions, griffinLim } from './spectrum/griffin-lim.js';
export { type InvertMelOptions, invertMel } from './spectrum/invert-mel.js';
export { type MelFilter, type MelFilterOptions, melFilters } from './spectrum/mel-filters.js';
export { hertzToMel, type MelScale, melToHertz } from './spectrum/mel-scale.js';
export { type MfccOptions, mfcc } from './spectrum/mfcc.js';
export { type InverseRealFft, inverseRealFft, type RealFft, realFft } from './spectrum/real-fft.js';
export { type SpectrogramOptions, type StftOptions, spectrogram } from './spectrum/spectrogram.js';
export { type ComplexSpectrum, type InverseStftOptions, inverseStft, stft } from './spectrum/stft.js';
export { type FeatureStream, spectrogramStream } from './spectrum/stream.js';
export { type WindowName, type WindowOptions, windowFunction } from './spectrum/window.js';
export { type PulseTrainOptions, pulseTrain } from './synthesis/pulse-train.js';
export { type SourceFilterInputs, type SourceFilterOptions, sourceFilter } from './synthesis/source-filter.js';
export { type EnergyGate, type EnergyGateOptions, energyGate, type GateState } from './voice/energy-gate.js';
export {
  type ClassifyWindow,
  type KeywordSpotter,
  type KeywordSpotterOptions,
  keywordSpotter,
  type ScoredLabel,
  type SpottedWindow,
} from './voice/keyword-spotter.js';
export { type SpeechSegment, type SpeechSegmentOptions, speechSegments } from './voice/speech-segments.js';
export { readWav } from './wav/read.js';
export { type WavEncoding, type WavOptions, writeWav } from './wav/write.js';

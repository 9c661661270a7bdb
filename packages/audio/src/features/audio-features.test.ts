import { expect, test } from 'vitest';
import {
  type AudioFeatures,
  astFeatures,
  audioFeatures,
  type FeatureStream,
  normalizedWaveform,
  spectrogram,
  spectrogramStream,
  speechT5Features,
  whisperFeatures,
} from '../index.js';
import { speech } from '../testing/golden.js';

const extractor = <Kind extends AudioFeatures['kind']>(kind: Kind, config: object) => {
  const features = audioFeatures(config);
  expect(features.kind).toBe(kind);
  return features as Extract<AudioFeatures, { kind: Kind }>;
};

/** All frames of a stream that gets parts of a length. */
const streamed = (stream: FeatureStream, samples: Float32Array, size: number) => {
  const parts: number[] = [];
  for (let at = 0; at < samples.length; at += size)
    for (const value of stream.push(samples.subarray(at, at + size)).values) parts.push(value);
  for (const value of stream.finish().values) parts.push(value);
  return Float32Array.from(parts);
};

const whisper = {
  chunk_length: 30,
  dither: 0,
  feature_extractor_type: 'WhisperFeatureExtractor',
  feature_size: 80,
  hop_length: 160,
  n_fft: 400,
  n_samples: 480_000,
  nb_max_frames: 3000,
  padding_side: 'right',
  padding_value: 0,
  processor_class: 'WhisperProcessor',
  return_attention_mask: false,
  sampling_rate: 16_000,
};

test('the config of Whisper gives its features, and frames before their normalization as samples arrive', async () => {
  const samples = await speech();
  const features = extractor('whisper', { ...whisper, feature_size: 20, chunk_length: 3, mel_filters: [[1]] });
  expect(features.sampleRate).toBe(16_000);
  const { settings } = features;
  expect(settings).toEqual({ melBins: 20, sampleRate: 16_000, fftLength: 400, hop: 160, windowSeconds: 3 });
  expect(features.extract(samples)).toEqual(whisperFeatures(samples, { melBins: 20, windowSeconds: 3 }));
  const whole = features.extract(samples, { padding: 'none' });
  expect(whole).toEqual(whisperFeatures(samples, { melBins: 20, padding: 'none' }));
  const logs = streamed(features.stream(), samples, 1111);
  const largest = logs.subarray(0, 250 * 20).reduce((a, b) => Math.max(a, b));
  const normalized = whole.values.map((_, i) => {
    const [bin, frame] = [Math.floor(i / 250), i % 250];
    return (Math.max(logs[frame * 20 + bin]!, largest - 8) + 4) / 4;
  });
  expect(normalized).toEqual(whole.values);
});

test('the config of AST gives its features, and its frames as samples arrive', async () => {
  const samples = await speech();
  const config = { feature_extractor_type: 'ASTFeatureExtractor', max_length: 248, num_mel_bins: 16, mean: 1, std: 2 };
  const features = extractor('ast', { processor: undefined, feature_extractor: config });
  const expected = astFeatures(samples, { maxFrames: 248, melBins: 16, mean: 1, std: 2 });
  expect(features.extract(samples)).toEqual(expected);
  expect(streamed(features.stream(), samples, 777)).toEqual(expected.values);
});

test('the configs of Wav2Vec2 and of SpeechT5 give the waveform, and SpeechT5 its frames', async () => {
  const samples = await speech();
  const wav2vec2 = { feature_extractor_type: 'Wav2Vec2FeatureExtractor', feature_size: 1, do_normalize: true };
  expect(extractor('waveform', wav2vec2).extract(samples)).toEqual(normalizedWaveform(samples));
  const { feature_extractor_type: type, ...untyped } = wav2vec2; // as older checkpoints are published
  expect(audioFeatures(untyped, { type }).kind).toBe('waveform');
  const plain = extractor('waveform', { ...wav2vec2, do_normalize: false, sampling_rate: 24_000 });
  expect([plain.sampleRate, plain.normalize, plain.extract(samples).values]).toEqual([24_000, false, samples]);
  const config = { feature_extractor_type: 'SpeechT5FeatureExtractor', num_mel_bins: 10, frame_signal_scale: 1 };
  const speechT5 = extractor('speecht5', config);
  expect(speechT5.extract(samples).values).toBe(samples);
  const expected = speechT5Features(samples, { melBins: 10 });
  expect(speechT5.extractTarget(samples)).toEqual(expected);
  expect(streamed(speechT5.stream(), samples, 999)).toEqual(expected.values);
});

test('a stream gives the frames of the whole, whatever its parts, and begins again after its end', () => {
  for (const padding of ['reflect', 'zeros', 'none'] as const)
    for (const [frameLength, hop] of [
      [12, 5],
      [7, 3],
      [4, 9],
    ] as const) {
      const options = { frameLength, hop, padding };
      const stream = spectrogramStream(options);
      for (const length of [0, 1, 2, 5, 6, 7, 11, 12, 13, 18, 63, 64, 65])
        for (const size of [1, 5, 13]) {
          const samples = Float32Array.from({ length }, (_, i) => Math.sin(i * i + length));
          expect(streamed(stream, samples, size)).toEqual(spectrogram(samples, options).values);
        }
    }
});

test('a config that is not understood is refused with a reason', () => {
  const message = (config: unknown) => {
    try {
      audioFeatures(config);
    } catch (error) {
      expect((error as { code: string }).code).toBe('config');
      return (error as Error).message;
    }
    return undefined;
  };
  expect(message(null)).toBe('audioFeatures: the config is null, not an object');
  expect(message({ feature_extractor_type: 'ClapFeatureExtractor' })).toBe(
    'audioFeatures: feature_extractor_type is "ClapFeatureExtractor"; WhisperFeatureExtractor, ASTFeatureExtractor, ' +
      'Wav2Vec2FeatureExtractor, SpeechT5FeatureExtractor, KeywordFeatureExtractor would fit',
  );
  expect(message({ ...whisper, dither: 0.1 })).toBe('audioFeatures: dither is 0.1; 0 would fit');
  expect(message({ ...whisper, window: 'hann', preemphasis: 1 })).toBe(
    'audioFeatures: window, preemphasis of the config are unknown; they could change the features',
  );
  expect(message({ ...whisper, n_fft: 400.5 })).toBe(
    'audioFeatures: n_fft is 400.5; a whole number from 2 to 65536 would fit',
  );
  expect(message({ ...whisper, padding_side: 'left' })).toBe(
    'audioFeatures: padding_side is "left"; "right" would fit',
  );
  expect(message({ feature_extractor_type: 'Wav2Vec2FeatureExtractor', do_normalize: 1 })).toBe(
    'audioFeatures: do_normalize is 1; true or false would fit',
  );
  expect(message({ feature_extractor_type: 'ASTFeatureExtractor', sampling_rate: 8000 })).toBe(
    'audioFeatures: sampling_rate is 8000; 16000 would fit',
  );
  expect(message({ feature_extractor_type: 'SpeechT5FeatureExtractor', win_function: 'hamming' })).toBe(
    'audioFeatures: win_function is "hamming"; "hann_window" would fit',
  );
});

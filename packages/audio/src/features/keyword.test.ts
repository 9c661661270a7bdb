import { expect, test } from 'vitest';
import { audioFeatures, centred, keywordFeatures } from '../index.js';

const config = {
  feature_extractor_type: 'KeywordFeatureExtractor',
  sampling_rate: 16_000,
  mean: Array.from({ length: 40 }, (_, i) => i - 3),
  std: Array.from({ length: 40 }, (_, i) => 1 + i / 7),
};

test('the middle of a recording is cut out, or stands between zeros', () => {
  expect(centred(Float32Array.of(1, 2, 3, 4, 5), 2)).toEqual(Float32Array.of(2, 3));
  expect(centred(Float32Array.of(1, 2), 5)).toEqual(Float32Array.of(0, 1, 2, 0, 0));
  expect(centred(new Float32Array(0), 2)).toEqual(new Float32Array(2));
});

test('each coefficient of the second in the middle is scaled by its own numbers', () => {
  const samples = Float32Array.from({ length: 20_001 }, (_, i) => Math.sin(0.05 * i * (1 + i / 30_000)));
  const features = audioFeatures(config);
  const { values, shape } = features.extract(samples);
  const plain = keywordFeatures(samples.slice(2000, 18_000)).values;
  expect([features.kind, features.sampleRate, shape]).toEqual(['keyword', 16_000, [98, 40]]);
  expect(values).toEqual(plain.map((value, i) => (value - ((i % 40) - 3)) / (1 + (i % 40) / 7)));
});

test('a config without forty numbers of each kind is refused', () => {
  const message = 'audioFeatures: std is [1]; 40 positive numbers would fit';
  expect(() => audioFeatures({ ...config, std: [1] })).toThrow(message);
  expect(() => audioFeatures({ ...config, std: Array(40).fill(0) })).toThrow('40 positive numbers would fit');
  expect(() => audioFeatures({ ...config, mean: undefined })).toThrow('mean is undefined; 40 numbers would fit');
  expect(() => audioFeatures({ ...config, sampling_rate: 8000 })).toThrow('sampling_rate is 8000; 16000 would fit');
});

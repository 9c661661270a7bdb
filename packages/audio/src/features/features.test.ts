import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  astFeatures,
  type Features,
  keywordFeatures,
  melFilters,
  mfcc,
  normalizedWaveform,
  speechT5Features,
} from '../index.js';
import { type GoldenFrames, golden, speech } from '../testing/golden.js';

const expectFrames = async (features: Features, { shape, frames, values }: GoldenFrames, absolute: number) => {
  expect(features.shape).toEqual(shape);
  const width = shape[1]!;
  const picked = frames.map(frame => [...features.values.subarray(frame * width, (frame + 1) * width)]);
  await expectClose(picked, values, { absolute });
};

test('features of AST are those of the reference, normalized and padded or plain and cut off', async () => {
  const [samples, { ast, astPlain }] = await Promise.all([speech(), golden()]);
  await expectFrames(astFeatures(samples), ast, 1e-6);
  const options = { normalize: false, maxFrames: 100, melBins: 64, mean: 1.5, std: 2.5 };
  await expectFrames(astFeatures(samples, options), astPlain, 3e-6);
  expect(new Set(astFeatures(new Float32Array(399), { mean: 1, std: 2 }).values)).toEqual(new Set([-0.25]));
});

test('the normalized waveform is that of the reference', async () => {
  const [samples, { wav2vec2 }] = await Promise.all([speech(), golden()]);
  const { values, shape } = normalizedWaveform(samples);
  expect(shape).toEqual(wav2vec2.shape);
  await expectClose(
    values.filter((_, i) => i % 500 === 0),
    wav2vec2.values,
    { absolute: 2e-6 },
  );
  expect([...normalizedWaveform(new Float32Array(3)).values]).toEqual([0, 0, 0]);
  expect(normalizedWaveform(new Float32Array(0)).shape).toEqual([0]);
});

test('the log-mel frames of SpeechT5 are those of the reference', async () => {
  const [samples, { speecht5 }] = await Promise.all([speech(), golden()]);
  await expectFrames(speechT5Features(samples), speecht5, 1e-6);
});

test('MFCC are those of librosa, and with the settings of the Keyword Transformer those of numpy', async () => {
  const [samples, { librosaMfcc, keyword }] = await Promise.all([speech(), golden()]);
  const mel = melFilters({ sampleRate: 16_000, fftLength: 400, count: 40 });
  const options = { frameLength: 400, hop: 160, padding: 'zeros', mel, log: 'decibel', range: 80 } as const;
  await expectFrames(mfcc(samples, { ...options, coefficients: 13 }), librosaMfcc, 3e-4);
  await expectFrames(keywordFeatures(samples), keyword, 1e-5);
  expect(keywordFeatures(samples.subarray(0, 16_000)).shape).toEqual([98, 40]);
});

test('settings that do not fit are refused', () => {
  const samples = new Float32Array(500);
  const message = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  expect(message(() => astFeatures(samples, { std: 0 }))).toBe('astFeatures: std is 0; it must be a positive number');
  expect(message(() => astFeatures(samples, { maxFrames: 2 ** 20 }))).toBe(
    'astFeatures: the number of values is 134217728; it must be at most 16777216',
  );
  expect(message(() => speechT5Features(samples, { maxFrequency: 60 }))).toBe(
    'melFilters: minFrequency is 80; it must be from 0 to below maxFrequency 60',
  );
  const mel = melFilters({ sampleRate: 8000, fftLength: 16, count: 3 });
  const options = { frameLength: 16, hop: 8, mel };
  expect(message(() => mfcc(samples, { ...options, coefficients: 4 }))).toBe(
    'mfcc: coefficients is 4; it must be a whole number from 1 to 3',
  );
  expect(message(() => mfcc(samples, { ...options, coefficients: 2, range: 0 }))).toBe(
    'mfcc: range is 0; it must be a positive number',
  );
});

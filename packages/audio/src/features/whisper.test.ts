import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { type Features, whisperFeatures } from '../index.js';
import { type GoldenFrames, golden, speech } from '../testing/golden.js';

const expectFrames = async ({ values, shape }: Features, { shape: all, frames, values: expected }: GoldenFrames) => {
  expect([shape[1], shape[0]]).toEqual(all);
  const [bins, count] = shape as [number, number];
  const picked = frames.map(frame => Array.from({ length: bins }, (_, bin) => values[bin * count + frame]!));
  await expectClose(picked, expected, { absolute: 1e-6 });
};

test('features are those of the reference: a window, a whole recording, a short one, 128 filters', async () => {
  const [samples, { whisper, whisperWhole, whisperOdd, whisper128 }] = await Promise.all([speech(), golden()]);
  await expectFrames(whisperFeatures(samples), whisper);
  await expectFrames(whisperFeatures(samples, { padding: 'none' }), whisperWhole);
  await expectFrames(whisperFeatures(samples.subarray(0, 1234), { padding: 'none' }), whisperOdd);
  await expectFrames(whisperFeatures(samples, { melBins: 128 }), whisper128);
});

test('a recording longer than a window is cut off', async () => {
  const samples = await speech();
  const options = { windowSeconds: 1 };
  const { values, shape } = whisperFeatures(samples, options);
  expect(shape).toEqual([80, 100]);
  expect(values).toEqual(whisperFeatures(samples.subarray(0, 16_000), options).values);
});

test('silence is -1.5, and nothing is a window of silence or no frames', () => {
  for (const length of [0, 1, 5000]) {
    const { values, shape } = whisperFeatures(new Float32Array(length));
    expect(shape).toEqual([80, 3000]);
    expect(new Set(values)).toEqual(new Set([-1.5]));
  }
  expect(whisperFeatures(new Float32Array(0), { padding: 'none' }).shape).toEqual([80, 0]);
  expect(whisperFeatures(new Float32Array(159), { padding: 'none' }).shape).toEqual([80, 0]);
});

test('settings that do not fit are refused', () => {
  const one = new Float32Array(1);
  const message = (options: object) => {
    try {
      whisperFeatures(one, options);
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  expect(message({ melBins: 0 })).toBe('whisperFeatures: melBins is 0; it must be a whole number from 1 to 1024');
  expect(message({ padding: 'left' })).toBe('whisperFeatures: padding is "left"; it must be window or none');
  expect(message({ mels: 80 })).toMatch(/^whisperFeatures: mels is not an option; options are melBins, /);
});

import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { melFilters, type SpectrogramOptions, spectrogram, windowFunction } from '../index.js';

const samples = Float32Array.from({ length: 47 }, (_, i) => Math.sin(i * i + 2) + 0.5);

/** Frame after frame as loops in float64: cut, emphasized, weighted, transformed, filtered. */
const definition = (options: SpectrogramOptions): number[][] => {
  const {
    frameLength,
    hop,
    fftLength = frameLength,
    padding: kind = 'reflect',
    removeMean,
    preemphasis = 0,
    power = 2,
  } = options;
  const padding = kind === 'none' ? 0 : Math.floor(frameLength / 2);
  const last = samples.length - 1;
  const reflected = (index: number) => samples[last - Math.abs(last - Math.abs(index))]!; // once
  const at = (index: number) => (kind === 'zeros' ? (samples[index] ?? 0) : reflected(index));
  const frames: number[][] = [];
  for (let start = -padding; start + frameLength <= samples.length + padding; start += hop) {
    let frame = Array.from({ length: frameLength }, (_, i) => at(start + i));
    const mean = removeMean ? frame.reduce((sum, x) => sum + x, 0) / frameLength : 0;
    frame = frame.map(x => x - mean);
    frame = frame.map((x, i) => x - preemphasis * frame[Math.max(0, i - 1)]!);
    frame = frame.map((x, i) => x * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / frameLength)));
    const row = Array.from({ length: Math.floor(fftLength / 2) + 1 }, (_, k) => {
      const part = (f: (angle: number) => number) =>
        frame.reduce((sum, x, i) => sum + x * f((2 * Math.PI * i * k) / fftLength), 0);
      return Math.hypot(part(Math.cos), part(Math.sin)) ** power;
    });
    const sums = options.mel?.map(({ first, weights }) => weights.reduce((sum, w, i) => sum + w * row[first + i]!, 0));
    const decibel = (x: number) => 10 * Math.log10(x);
    const logarithm = { log10: Math.log10, ln: Math.log, decibel, none: (x: number) => x }[options.log ?? 'none'];
    frames.push((sums ?? row).map(x => logarithm(Math.max(options.floor ?? 1e-10, x))));
  }
  return frames;
};

const mel = melFilters({ sampleRate: 8000, fftLength: 16, count: 3 });
const cases: Readonly<Record<string, SpectrogramOptions>> = {
  'a power spectrum of centered frames': { frameLength: 12, hop: 5 },
  'an odd length': { frameLength: 11, hop: 4 },
  magnitudes: { frameLength: 12, hop: 5, power: 1 },
  'whole frames only': { frameLength: 12, hop: 5, padding: 'none' },
  'zeros at both ends': { frameLength: 12, hop: 5, padding: 'zeros' },
  decibels: { frameLength: 12, hop: 5, log: 'decibel' },
  'a longer transform': { frameLength: 12, hop: 5, fftLength: 16 },
  'without the mean, emphasized': { frameLength: 12, hop: 5, removeMean: true, preemphasis: 0.97 },
  'log10 of mel filters': { frameLength: 12, hop: 5, fftLength: 16, mel, log: 'log10' },
  'ln of mel filters with a floor': { frameLength: 12, hop: 5, fftLength: 16, mel, log: 'ln', floor: 3 },
};

test.each(Object.entries(cases))('%s is the definition', async (_, options) => {
  const expected = definition(options);
  const { values, shape } = spectrogram(samples, options);
  expect(shape).toEqual([expected.length, expected[0]!.length]);
  await expectClose(values, expected.flat(), { absolute: 1e-6, relative: 1e-6 });
});

test('short recordings are reflected more than once, and an empty one has no frames', () => {
  const options = { frameLength: 12, hop: 5, window: 'rectangular' } as const;
  expect(spectrogram(Float32Array.of(2), options).shape).toEqual([1, 7]);
  expect(spectrogram(Float32Array.of(2), options).values[0]).toBe(576); // (12 · 2)²
  // 1 2 3 reflected: ... 2 1 2 3 2 1 2 3 2 ...
  expect(spectrogram(Float32Array.of(1, 2, 3), options).values[0]).toBe(24 ** 2);
  expect(spectrogram(new Float32Array(0), options).shape).toEqual([0, 7]);
  expect(spectrogram(new Float32Array(11), { ...options, padding: 'none' }).shape).toEqual([0, 7]);
});

test('windows are the formulas', async () => {
  await expectClose(windowFunction('hann', 4), [0, 0.5, 1, 0.5], { absolute: 1e-15 });
  await expectClose(windowFunction('hann', 5, { periodic: false }), [0, 0.5, 1, 0.5, 0], { absolute: 1e-15 });
  await expectClose(windowFunction('hamming', 4), [0.08, 0.54, 1, 0.54], { absolute: 1e-15 });
  await expectClose(windowFunction('povey', 4), [0, 0.5 ** 0.85, 1, 0.5 ** 0.85], { absolute: 1e-15 });
  expect([...windowFunction('rectangular', 3)]).toEqual([1, 1, 1]);
  expect([...windowFunction('hann', 1, { periodic: false })]).toEqual([1]);
});

test('settings that do not fit are refused', () => {
  const message = (options: object) => {
    try {
      spectrogram(samples, { frameLength: 12, hop: 5, ...options });
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  expect(message({ hop: 0 })).toBe('spectrogram: hop is 0; it must be a whole number from 1 to 1048576');
  expect(message({ fftLength: 8 })).toBe('spectrogram: fftLength is 8; it must be a whole number from 12 to 1048576');
  expect(message({ preemphasis: 2 })).toBe('spectrogram: preemphasis is 2; it must be from 0 to 1');
  expect(message({ power: 3 })).toBe('spectrogram: power is 3; it must be 1 or 2');
  expect(message({ floor: -1 })).toBe('spectrogram: floor is -1; it must be 0 or more');
  expect(message({ log: 'log2' })).toBe('spectrogram: log is "log2"; it must be log10, ln, decibel, none');
  expect(message({ padding: 'edge' })).toBe('spectrogram: padding is "edge"; it must be reflect, zeros or none');
  expect(message({ window: new Float64Array(5) })).toBe(
    'spectrogram: the length of window is 5; it must be frameLength 12',
  );
  expect(message({ mel })).toBe(
    'spectrogram: the end of the last mel filter is 9; it must be at most 7, the frequencies',
  );
  expect(message({ window: 'kaiser' })).toBe(
    'windowFunction: the name is "kaiser"; it must be hann, hamming, povey, rectangular',
  );
  expect(message({ windows: 'hann' })).toMatch(/^spectrogram: windows is not an option; options are window, /);
});

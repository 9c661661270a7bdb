import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { resample, resampler } from '../index.js';

const sine = (frequency: number, rate: number, length: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / rate));

/** The largest difference from a sine, away from the ends, in dB of its amplitude. */
const errorOf = (output: Float32Array, frequency: number, rate: number, amplitude = 1) => {
  let worst = 0;
  for (let i = 200; i < output.length - 200; i++)
    worst = Math.max(worst, Math.abs(output[i]! - amplitude * Math.sin((2 * Math.PI * frequency * i) / rate)));
  return 20 * Math.log10(worst);
};

const rates = [
  [44_100, 16_000],
  [48_000, 16_000],
  [16_000, 48_000],
  [8000, 16_000],
  [16_000, 22_050],
  [96_000, 16_000],
  [44_101, 16_000], // no common factor: between phases
  [15_999, 44_100],
] as const;

test.each(rates)('from %i to %i Hz, a sine within 0.9 of half of the lower rate is passed', (from, to) => {
  for (const part of [0.01, 0.31, 0.6, 0.89]) {
    const frequency = (part * Math.min(from, to)) / 2;
    const length = Math.ceil((1500 * from) / Math.min(from, to));
    const output = resample(sine(frequency, from, length), { from, to });
    expect(output.length).toBe(Math.ceil((length * to) / from));
    expect(errorOf(output, frequency, to), `${frequency} Hz`).toBeLessThan(-97);
  }
});

test.each(rates.filter(([from, to]) => from > to))(
  'from %i to %i Hz, a sine above half of it is stopped',
  (from, to) => {
    for (const part of [1.01, 1.3, 1.9, 2.6]) {
      const frequency = (part * to) / 2;
      if (frequency > from / 2) continue;
      const output = resample(sine(frequency, from, Math.ceil((1500 * from) / to)), { from, to });
      expect(errorOf(output, 0, to, 0), `${frequency} Hz`).toBeLessThan(-97);
    }
  },
);

test.each([
  [7, 3],
  [3, 7],
  [2, 1],
  [44_101, 16_000],
])('the outputs from %i to %i are weighted sums in float64', async (from, to) => {
  const samples = Float32Array.from({ length: 301 }, (_, i) => Math.sin(i * i));
  const scale = Math.min(1, to / from);
  const bessel = (x: number) => {
    let sum = 0;
    for (let n = 0, term = 1; n < 60; term *= (x / 2 / ++n) ** 2) sum += term;
    return sum;
  };
  const weight = (time: number) => {
    const x = (time * scale) / 64;
    if (Math.abs(x) > 1 - 1e-12) return 0;
    const angle = Math.PI * 0.95 * scale * time;
    return (time === 0 ? 1 : Math.sin(angle) / angle) * bessel(10.06 * Math.sqrt(1 - x * x));
  };
  const expected = Array.from({ length: Math.ceil((301 * to) / from) }, (_, j) => {
    let [sum, whole] = [0, 0];
    const middle = Math.floor((j * from) / to);
    for (let i = middle - 1000; i <= middle + 1000; i++) {
      const value = weight(i - (j * from) / to);
      sum += value * (samples[i] ?? 0);
      whole += value;
    }
    return sum / whole;
  });
  await expectClose(resample(samples, { from, to }), expected, { absolute: from > 40_000 ? 3e-6 : 2e-7 });
});

test('a stream gives the same outputs, whatever the lengths of its parts, and begins again after its end', () => {
  const samples = Float32Array.from({ length: 2003 }, (_, i) => Math.sin(i * i));
  for (const [from, to] of [...rates, [5, 5]] as const) {
    const stream = resampler({ from, to });
    const whole = resample(samples, { from, to });
    for (const size of [1, 97, 1500]) {
      const parts: number[] = [];
      for (let at = 0; at < samples.length; at += size) parts.push(...stream.push(samples.subarray(at, at + size)));
      parts.push(...stream.finish());
      expect(parts).toEqual([...whole]);
    }
  }
});

test('nothing stays nothing, and equal rates change nothing', () => {
  expect(resample(new Float32Array(0), { from: 44_100, to: 16_000 })).toEqual(new Float32Array(0));
  const samples = Float32Array.of(1, 2);
  expect(resample(samples, { from: 16_000, to: 16_000 })).toBe(samples);
});

test('rates that do not fit are refused', () => {
  const samples = new Float32Array(5);
  const message = (options: object) => {
    try {
      resample(samples, options as { from: number; to: number });
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  expect(message({ from: 0, to: 5 })).toBe('resample: from is 0; it must be a whole number, 1 or more');
  expect(message({ from: 44_100.5, to: 5 })).toBe('resample: from is 44100.5; it must be a whole number, 1 or more');
  expect(message({ from: 5, to: 1281 })).toBe(
    'resample: to is 1281; it must be at most 256 times lower or higher than from 5',
  );
  expect(message({ from: 5 })).toBe('resample: to is missing; options are from, to');
});

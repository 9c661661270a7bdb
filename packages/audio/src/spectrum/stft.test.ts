import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { type InverseStftOptions, inverseStft, type StftOptions, spectrogram, stft, windowFunction } from '../index.js';

const samples = Float32Array.from({ length: 61 }, (_, i) => Math.sin(i * i + 2) + 0.5);

test('frames are Σ window · x · e^(-2πi jk / fftLength), and their squares are the spectrogram', async () => {
  for (const options of [
    { frameLength: 12, hop: 5 },
    { frameLength: 12, hop: 5, fftLength: 17, padding: 'none', window: 'hamming' },
    { frameLength: 11, hop: 7, padding: 'zeros' },
  ] as const satisfies StftOptions[]) {
    const { re, im, shape } = stft(samples, options);
    const { values, shape: same } = spectrogram(samples, options);
    expect(shape).toEqual(same);
    await expectClose(
      re.map((x, i) => x ** 2 + im[i]! ** 2),
      values,
      { absolute: 1e-5, relative: 1e-6 },
    );
  }
  const options = { frameLength: 12, hop: 5, fftLength: 17, padding: 'none' } as const;
  const window = windowFunction('hann', 12);
  const { re, im, shape } = stft(samples, options);
  const [frames, bins] = shape;
  for (let t = 0; t < frames; t++)
    for (let k = 0; k < bins; k++) {
      let [sumRe, sumIm] = [0, 0];
      for (let j = 0; j < 12; j++) {
        const angle = (2 * Math.PI * j * k) / 17;
        sumRe += window[j]! * samples[5 * t + j]! * Math.cos(angle);
        sumIm -= window[j]! * samples[5 * t + j]! * Math.sin(angle);
      }
      expect([re[t * bins + k], im[t * bins + k]]).toEqual([expect.closeTo(sumRe, 12), expect.closeTo(sumIm, 12)]);
    }
});

test('what was transformed comes back, for even and odd lengths and all paddings', async () => {
  for (const options of [
    { frameLength: 12, hop: 5 },
    { frameLength: 12, hop: 3, fftLength: 17, window: 'hamming' },
    { frameLength: 11, hop: 4, padding: 'zeros' },
    { frameLength: 13, hop: 13, padding: 'none', window: 'rectangular' },
  ] as const satisfies InverseStftOptions[]) {
    const result = inverseStft(stft(samples, options), { ...options, length: samples.length });
    const reached = options.hop === 13 ? 52 : samples.length; // four frames of 13 are whole
    await expectClose(result.subarray(0, reached), samples.subarray(0, reached), { absolute: 1e-6 });
    expect(result.subarray(reached).every(sample => sample === 0)).toBe(true);
  }
});

test('a spectrum that no recording has gives the nearest one: the weighted mean of its frames', async () => {
  const [frameLength, hop, frames] = [4, 2, 3];
  const window = windowFunction('hamming', frameLength);
  // Frames of a constant each: only the frequency 0.
  const re = Float32Array.from({ length: frames * 3 }, (_, i) => (i % 3 === 0 ? 4 * (1 + i / 3) : 0));
  const spectrum = { re, im: new Float32Array(re.length), shape: [frames, 3] as const };
  const result = inverseStft(spectrum, { frameLength, hop, padding: 'none', window });
  const [sums, weights] = [Array(8).fill(0) as number[], Array(8).fill(0) as number[]];
  for (let t = 0; t < frames; t++)
    for (let i = 0; i < frameLength; i++) {
      sums[t * hop + i]! += window[i]! * (1 + t);
      weights[t * hop + i]! += window[i]! ** 2;
    }
  await expectClose(
    result,
    sums.map((sum, i) => sum / weights[i]!),
    { absolute: 1e-6 },
  );
});

test('an empty recording has no frames and comes back empty', () => {
  const spectrum = stft(new Float32Array(0), { frameLength: 12, hop: 5 });
  expect(spectrum.shape).toEqual([0, 7]);
  expect(inverseStft(spectrum, { frameLength: 12, hop: 5 })).toEqual(new Float32Array(0));
});

test('settings and spectra that do not fit are refused', () => {
  const spectrum = stft(samples, { frameLength: 12, hop: 5 });
  const message = (options: object, parts: object = {}) => {
    try {
      inverseStft({ ...spectrum, ...parts }, { frameLength: 12, hop: 5, ...options });
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  expect(message({ fftLength: 16 })).toBe(
    'inverseStft: the shape is [13,7]; it must be [frames, 9] for the fftLength 16',
  );
  expect(message({}, { im: spectrum.im.subarray(7) })).toBe(
    'inverseStft: the number of imaginary parts is 84; it must be 13 × 7',
  );
  expect(message({ length: -1 })).toBe('inverseStft: length is -1; it must be a whole number from 0 to 1073741824');
  expect(message({ hop: 0 })).toBe('inverseStft: hop is 0; it must be a whole number from 1 to 1048576');
  expect(() => stft(samples, { frameLength: 12, hop: 5, power: 2 } as never)).toThrow(
    'stft: power is not an option; options are hop, window, padding, fftLength, frameLength',
  );
});

import { expect, test } from 'vitest';
import { pulseTrain, sourceFilter, spectrogram } from '../index.js';

const [sampleRate, hop, frames, points] = [16_000, 256, 40, 129];
const fill = (length: number, value: number) => new Float32Array(length).fill(value);
const envelope = (of: (hertz: number) => number) => ({
  values: Float32Array.from({ length: frames * points }, (_, i) => of(((i % points) * sampleRate) / 2 / (points - 1))),
  shape: [frames, points],
});
const silent = envelope(() => -30);
const power = (samples: Float32Array, from = 0, to = samples.length) =>
  samples.subarray(from, to).reduce((sum, sample) => sum + sample ** 2, 0) / (to - from);

test('there is a pulse each period, and the power is 1 whatever the pitch', () => {
  for (const hertz of [80, 133.7, 400]) {
    const pulses = pulseTrain({ pitch: fill(frames, hertz), voicing: fill(frames, 1), sampleRate, hop });
    const count = pulses.filter((sample, i) => sample > 0 && !((pulses[i - 1] ?? 0) > 0)).length;
    expect(Math.abs(count - (hertz * frames * hop) / sampleRate)).toBeLessThan(2);
    const area = pulses.reduce((sum, sample) => sum + sample, 0) ** 2 / count / (frames * hop);
    expect(Math.abs(area - 1)).toBeLessThan(0.05); // √period each, however it is shared
  }
  const voicing = Float32Array.from({ length: frames }, (_, i) => (i < 20 ? 0 : 1));
  const half = pulseTrain({ pitch: fill(frames, 100), voicing, sampleRate, hop });
  expect([power(half, 0, 19 * hop), power(half, 21 * hop) > 0.2]).toEqual([0, true]);
});

test('a sound after a pause does not depend on the pitch of the sound before it', () => {
  const voicing = Float32Array.from({ length: frames }, (_, i) => (i < 15 || i > 20 ? 1 : 0));
  const afterPause = (first: number) => {
    const pitch = Float32Array.from({ length: frames }, (_, i) => (i < 18 ? first : 140));
    return pulseTrain({ pitch, voicing, sampleRate, hop }).subarray(18 * hop);
  };
  expect(afterPause(103)).toEqual(afterPause(217));
  expect(power(afterPause(103))).toBeGreaterThan(0.5);
});

test('pulses through a flat filter stay pulses, and noise keeps its power', () => {
  const [pitch, voicing] = [fill(frames, 125), fill(frames, 1)];
  const flat = envelope(() => 0);
  const through = sourceFilter({ pitch, voicing, harmonics: flat, noise: silent }, { sampleRate, hop });
  const pulses = pulseTrain({ pitch, voicing, sampleRate, hop });
  for (let i = 2 * hop; i < through.length - 2 * hop; i++)
    expect(Math.abs(through[i]! - pulses[i]!)).toBeLessThan(1e-4);
  const hiss = sourceFilter({ pitch, voicing, harmonics: silent, noise: flat }, { sampleRate, hop, seed: 3 });
  expect(Math.abs(power(hiss, 2 * hop, 38 * hop) - 1)).toBeLessThan(0.05);
});

test('what comes out has the magnitudes of the filters', () => {
  const formant = (centre: number) => envelope(hertz => -0.5 * ((hertz - centre) / 300) ** 2);
  const [pitch, voicing] = [fill(frames, 110), fill(frames, 1)];
  const loudest = (inputs: Parameters<typeof sourceFilter>[0]) => {
    const samples = sourceFilter(inputs, { sampleRate, hop });
    const { values, shape } = spectrogram(samples, { frameLength: 512, hop: 256, fftLength: 512, power: 2 });
    const means = Array.from({ length: 257 }, (_, k) => {
      let sum = 0;
      for (let t = 4; t < shape[0]! - 4; t++) sum += values[t * 257 + k]!;
      return sum;
    });
    return (means.indexOf(Math.max(...means)) * sampleRate) / 512;
  };
  expect(Math.abs(loudest({ pitch, voicing, harmonics: formant(1100), noise: silent }) - 1100)).toBeLessThan(70);
  expect(Math.abs(loudest({ pitch, voicing, harmonics: silent, noise: formant(3000) }) - 3000)).toBeLessThan(300);
});

test('equal seeds give equal sound, and what does not fit is refused', () => {
  const inputs = { pitch: fill(frames, 110), voicing: fill(frames, 1), harmonics: silent, noise: envelope(() => -2) };
  const spoken = (seed: number) => sourceFilter(inputs, { sampleRate, hop, seed });
  expect(spoken(1)).toEqual(spoken(1));
  expect(spoken(1)).not.toEqual(spoken(2));
  expect(() => sourceFilter({ ...inputs, pitch: fill(3, 100) }, { sampleRate, hop })).toThrow(
    'sourceFilter: the shape of harmonics is [40,129]; it must be [3, points], a row for each frame',
  );
  expect(() => sourceFilter(inputs, { sampleRate, hop, fftLength: 1000 })).toThrow('a power of two of at least 1024');
  expect(() => pulseTrain({ pitch: fill(2, 1), voicing: fill(1, 1), sampleRate, hop })).toThrow(
    'pulseTrain: the length of voicing is 1; it must be 2, as of pitch',
  );
});

import { expect, test } from 'vitest';
import { invertMel, melFilters } from '../index.js';

const filters = melFilters({ sampleRate: 16_000, fftLength: 256, count: 20 });
const melsOf = (magnitudes: Float32Array) =>
  Float32Array.from(filters, ({ first, weights }) =>
    weights.reduce((sum, weight, i) => sum + weight * magnitudes[first + i]!, 0),
  );

test('the magnitudes found have the mel spectrum that is asked for, and none is negative', () => {
  const smooth = Float32Array.from({ length: 129 }, (_, k) => 2 + Math.cos(k / 9) + Math.sin(k / 31));
  const mels = melsOf(smooth);
  const { values, shape } = invertMel(
    { values: new Float32Array([...mels, ...mels]), shape: [2, 20] },
    { filters, fftLength: 256 },
  );
  expect(shape).toEqual([2, 129]);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  for (const row of [values.subarray(0, 129), values.subarray(129)])
    for (const [i, mel] of melsOf(row).entries()) expect(Math.abs(mel - mels[i]!)).toBeLessThan(0.01 * mels[i]!);
});

test('silence stays silence, and what does not fit is refused', () => {
  const silent = invertMel({ values: new Float32Array(20), shape: [1, 20] }, { filters, fftLength: 256 });
  expect(Math.max(...silent.values)).toBe(0);
  expect(() => invertMel({ values: new Float32Array(20), shape: [20] }, { filters, fftLength: 256 })).toThrow(
    'invertMel: the shape is [20]; it must be [frames, 20], a column for each filter',
  );
  expect(() => invertMel(silent, { filters, fftLength: 64 })).toThrow('invertMel: the');
});

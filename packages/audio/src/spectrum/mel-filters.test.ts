import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { hertzToMel, type MelFilterOptions, melFilters, melToHertz } from '../index.js';
import { golden } from '../testing/golden.js';

const kinds: Readonly<Record<string, Partial<MelFilterOptions>>> = {
  htk: { scale: 'htk', norm: 'none' },
  htkSlaney: { scale: 'htk', norm: 'slaney' },
  slaney: {},
  slaneyPlain: { scale: 'slaney', norm: 'none' },
  kaldi: { scale: 'kaldi', norm: 'none', triangles: 'mel' },
  kaldiHertz: { scale: 'kaldi', norm: 'slaney' },
};

test.each(Object.entries(kinds))('filters of the kind %s are those of the reference', async (kind, options) => {
  const sizes = { sampleRate: 8001, fftLength: 64, count: 7, minFrequency: 20, maxFrequency: 3800 };
  const filters = melFilters({ ...sizes, ...options });
  const expected = (await golden()).filters[kind]!;
  const dense = expected.map((_, bin) => filters.map(({ first, weights }) => weights[bin - first] ?? 0));
  await expectClose(dense, expected, { absolute: 1e-9 });
});

test('frequencies come back from each scale', () => {
  for (const scale of ['htk', 'kaldi', 'slaney'] as const)
    for (const hertz of [0, 440, 999, 1000, 1001, 8000])
      expect(melToHertz(hertzToMel(hertz, scale), scale)).toBeCloseTo(hertz, 9);
  expect(hertzToMel(1000, 'htk')).toBeCloseTo(999.9855, 3);
  expect(hertzToMel(1000, 'slaney')).toBe(15);
});

test('settings that do not fit are refused', () => {
  const sizes = { sampleRate: 16_000, fftLength: 400, count: 80 };
  const message = (options: object) => {
    try {
      melFilters({ ...sizes, ...options });
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  expect(message({ count: 0 })).toBe('melFilters: count is 0; it must be a whole number from 1 to 4096');
  expect(message({ minFrequency: 9000 })).toBe(
    'melFilters: minFrequency is 9000; it must be from 0 to below maxFrequency 8000',
  );
  expect(message({ scale: 'bark' })).toBe('melFilters: scale is "bark"; it must be htk, kaldi or slaney');
  expect(message({ norm: 'area' })).toBe('melFilters: norm is "area"; it must be slaney or none');
  expect(message({ triangles: 'round' })).toBe('melFilters: triangles is "round"; it must be hertz or mel');
  expect(message({ sampleRate: 0 })).toBe('melFilters: sampleRate is 0; it must be a positive number');
  expect(message({ fftLength: 1 })).toBe('melFilters: fftLength is 1; it must be a whole number from 2 to 1048576');
});

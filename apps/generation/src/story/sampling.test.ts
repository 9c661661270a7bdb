import { expect, test } from 'vitest';
import { preset } from '../settings.js';
import { isSameSampling, optionsOf, samplingText } from './sampling.js';

test('greedy decoding has no filters, and top-k 0 keeps all tokens', () => {
  expect(optionsOf({ ...preset, mode: 'greedy' }, 100)).toEqual({ temperature: 0 });
  expect(optionsOf({ ...preset, temperature: 0 }, 100)).toEqual({ temperature: 0 });
  expect(optionsOf(preset, 100)).toEqual({ temperature: 0.8, topK: 100, topP: 0.95, seed: 7 });
  expect(optionsOf({ ...preset, topK: 5 }, 100)).toMatchObject({ topK: 5 });
});

test('of two greedy samplings the seed does not count', () => {
  expect(isSameSampling({ ...preset, mode: 'greedy' }, { ...preset, temperature: 0, seed: 8 })).toBe(true);
  expect(isSameSampling(preset, { ...preset, mode: 'greedy' })).toBe(false);
  expect(isSameSampling(preset, { ...preset, seed: 8 })).toBe(false);
  expect(isSameSampling(preset, { ...preset })).toBe(true);
});

test('a sampling is said in a few words', () => {
  expect(samplingText(preset)).toBe('temperature 0.8, top-p 0.95');
  expect(samplingText({ ...preset, topK: 5, topP: 1 })).toBe('temperature 0.8, top-k 5');
  expect(samplingText({ ...preset, mode: 'greedy' })).toBe('always the likeliest token');
});

import { expect, test } from 'vitest';
import { address, preset } from './settings.js';

const { settingsFrom, hashOf } = address;

test('settings go into the address and come back', () => {
  const settings = { ...preset, prompt: 'a & b = é', mode: 'greedy' as const, topK: 5, seed: 11 };
  expect(settingsFrom(`#${hashOf(settings)}`)).toEqual(settings);
  expect(hashOf(preset)).toBe('');
});

test('what is no number or no mode in an address is as in the preset', () => {
  expect(settingsFrom('#temperature=warm&seed=&mode=wild&other=1')).toEqual(preset);
});

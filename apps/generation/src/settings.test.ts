import { expect, test } from 'vitest';
import { address, preset } from './settings.js';

const { settingsFrom, hashOf } = address;

test('settings are written to the address and read back', () => {
  const settings = { ...preset, prompt: 'a & b = é', mode: 'greedy' as const, topK: 5, seed: 11 };
  expect(settingsFrom(`#${hashOf(settings)}`)).toEqual(settings);
  expect(hashOf(preset)).toBe('');
});

test('invalid numbers and modes have their preset value', () => {
  expect(settingsFrom('#temperature=warm&seed=&mode=wild&other=1')).toEqual(preset);
});

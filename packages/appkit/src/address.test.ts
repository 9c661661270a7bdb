import { expect, test } from 'vitest';
import { addressOf } from './address.js';

interface Settings {
  readonly text: string;
  readonly mode: 'greedy' | 'sampled';
  readonly seed: number;
  readonly special: boolean;
}
const preset: Settings = { text: 'a fox', mode: 'sampled', seed: 7, special: false };
const { settingsFrom, hashOf, invalidIn, unknownIn } = addressOf(preset, { mode: ['greedy', 'sampled'] });

test('settings are written to the address and read back; values of the preset are left out', () => {
  const settings: Settings = { text: 'a & b = é\n👩‍👩‍👧', mode: 'greedy', seed: -0.5, special: true };
  expect(settingsFrom(`#${hashOf(settings)}`)).toEqual(settings);
  expect(settingsFrom(hashOf(settings))).toEqual(settings);
  expect(hashOf({ ...preset, seed: 8 })).toBe('seed=8');
  expect(hashOf(preset)).toBe('');
});

test('a missing, invalid or unknown setting has its preset value', () => {
  expect(settingsFrom('')).toEqual(preset);
  expect(settingsFrom('#seed=warm&mode=wild&special=maybe&other=1')).toEqual(preset);
  expect(settingsFrom('#seed=&special=toString')).toEqual(preset);
  expect(settingsFrom('#seed=Infinity')).toEqual(preset);
  expect(settingsFrom('#text=')).toEqual({ ...preset, text: '' });
});

test('invalid values and unknown names are reported', () => {
  const hash = '#seed=warm&mode=wild&special=maybe&text=wild&other=1&other=2&toString=3&=4';
  expect(invalidIn(hash)).toEqual({ seed: 'warm', mode: 'wild', special: 'maybe' });
  expect(unknownIn(hash)).toEqual(['other', 'toString', '']);
  expect([invalidIn(`#${hashOf({ ...preset, seed: 8 })}`), unknownIn('')]).toEqual([{}, []]);
});

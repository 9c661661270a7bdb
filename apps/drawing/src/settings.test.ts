import { expect, test } from 'vitest';
import { address, preset } from './settings.js';

test('a link carries the chapter, the emoji, and the codes that were changed', () => {
  const changed = { chapter: 'emoji', emoji: 'green heart & more', emojiSeed: 3, emojiTemperature: 0, codes: '304.18' };
  const settings = { ...preset, ...changed } as const;
  const hash = address.hashOf(settings as typeof preset);
  expect([...new URLSearchParams(hash).keys()].sort()).toEqual(Object.keys(changed).sort());
  expect(address.settingsFrom(`#${hash}`)).toEqual(settings);
});

test('a chapter or a number that is none is the preset, and named', () => {
  const hash = '#chapter=photos&emojiSeed=many&emojiGuidance=3';
  expect(address.settingsFrom(hash)).toEqual({ ...preset, emojiGuidance: 3 });
  expect(address.invalidIn(hash)).toEqual({ chapter: 'photos', emojiSeed: 'many' });
});

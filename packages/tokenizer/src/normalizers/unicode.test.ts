import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isExemptFromNormalization } from '../text/normal-form.js';
import { NormalizedString } from '../text/normalized-string.js';
import { toNormalForm } from './unicode.js';

const forms = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const;
const normal = (text: string, form: (typeof forms)[number], tracked: boolean) => {
  const aligned = new NormalizedString(text, tracked);
  toNormalForm(aligned, form);
  return aligned;
};

/** Letters with marks before and after them, decomposed Hangul, ligatures, and other characters. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom(
      ...'aeéǟẹÅﬁ½각한ᄀ',
      'ᅡ',
      'ᆨ',
      ...'\u0301\u0323\u0308\u0304\u0345\u0334\u0344\u0f71\u0f72\u09c7\u09be\u05b0\u05bc\u212b𝅘𝅥',
    ),
    maxLength: 20,
  }),
);

test.each(forms)('%s gives the same text with and without offsets', form => {
  fc.assert(
    fc.property(texts, text => {
      const whole = text.replace(/\p{Surrogate}/gu, '');
      expect(normal(whole, form, true).text).toBe(normal(whole, form, false).text);
      if (!Array.from(whole).some(isExemptFromNormalization))
        expect(normal(whole, form, true).text).toBe(whole.normalize(form));
    }),
    { numRuns: 3000 },
  );
});

test.each(forms)('%s of long runs of marks equals the platform', form => {
  const text = `e${'\u0301\u0323\u0345\u0334'.repeat(50)}x\u0301`;
  expect(normal(text, form, false).text).toBe(text.normalize(form));
});

test('a composed character has the offsets of its letter, decomposed ones share them', () => {
  const composed = normal('ae\u0301b', 'NFC', true);
  expect([0, 1, 2].map(index => [composed.start(index), composed.end(index)])).toEqual([
    [0, 1],
    [1, 2],
    [3, 4],
  ]);
  const decomposed = normal('aéb', 'NFD', true);
  expect([0, 1, 2, 3].map(index => [decomposed.start(index), decomposed.end(index)])).toEqual([
    [0, 1],
    [1, 2],
    [1, 2],
    [2, 3],
  ]);
});

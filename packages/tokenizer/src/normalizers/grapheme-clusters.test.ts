import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toWellFormed } from '../text/unicode.js';
import { graphemeClusters, mayJoin } from './grapheme-clusters.js';

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const whole = (text: string) => Array.from(segmenter.segment(text), ({ segment }) => segment);

/** The clusters, segmented between any two neighbouring characters that do not join. */
const parted = (text: string) => {
  const clusters: string[] = [];
  for (let from = 0, at = 1; at <= text.length; at++) {
    if (at < text.length && (mayJoin(text.charCodeAt(at - 1)) || mayJoin(text.charCodeAt(at)))) continue;
    clusters.push(...graphemeClusters(text.slice(from, at)));
    from = at;
  }
  return clusters;
};

const joining = [
  ...['\r', '\n', '\u0301', '\u200d', '\u0903', '\u0e33', '\u0eb3', '\u0d4e', '\u0600', '\u1112', '\u1161', '\u11ab'],
  ...[
    '한',
    '하',
    'क',
    '\u094d',
    '\u{1f1eb}',
    '\u{1f3fd}',
    '👩',
    '☺',
    '©',
    '\ufe0f',
    'a',
    ' ',
    '日',
    '\uff9e',
    '\u{e0061}',
  ],
];

test('no cluster spans two neighbouring characters that do not join', () => {
  const texts = fc.oneof(
    fc.string({ unit: fc.constantFrom(...joining), maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 20 }).map(toWellFormed),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
  );
  fc.assert(
    fc.property(texts, text => {
      expect(parted(text)).toEqual(whole(text));
    }),
    { numRuns: 500 },
  );
});

test('no character that does not join is in one cluster with a representative of any class', () => {
  for (let unit = 0; unit < 0xd800; unit += unit < 0x3400 ? 1 : 61) {
    if (mayJoin(unit)) continue;
    const char = String.fromCharCode(unit);
    const text = [char, ...joining.filter(other => other.length === 1 && !mayJoin(other.charCodeAt(0))), char].join(
      char,
    );
    expect({ unit, count: whole(text).length }).toEqual({ unit, count: text.length });
  }
});

test('letters of most scripts, digits, signs and line ends do not join', () => {
  for (const char of 'aé日あЖω1.,\n\t  -') expect(mayJoin(char.charCodeAt(0))).toBe(false);
});

import { expect, test } from 'vitest';
import { mostPoints, strokesFrom, strokesText } from './strokes-text.js';

test('strokes come back from their text, points that are the same once', () => {
  const text = strokesText([
    [0, 0, 0, 0, 1, 0.5],
    [0.25, 1],
  ]);
  expect(text).toBe('AA_g.Q_');
  expect(strokesFrom(text).flat()).toEqual([0, 0, 1, 32 / 63, 16 / 63, 1]);
  expect(strokesText(strokesFrom(text))).toBe(text);
});

test('a text that is none has no strokes', () => {
  for (const text of ['', '.', 'A', 'AAA.AA', 'AA..AA', 'Ä!', 'AA.', 'A'.repeat(3 * mostPoints + 1)])
    expect(strokesFrom(text)).toEqual([]);
});

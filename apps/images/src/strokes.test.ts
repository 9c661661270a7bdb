import { expect, test } from 'vitest';
import { drawings } from './drawings.js';
import { centredStrokes, mostPoints, strokesFrom, strokesText } from './strokes.js';

test('strokes come back from their text, points that are the same once', () => {
  const text = strokesText([
    [0, 0, 0, 0, 1, 0.5],
    [0.25, 1],
  ]);
  expect(text).toBe('AA_g.Q_');
  expect(strokesFrom(text).flat()).toEqual([0, 0, 1, 32 / 63, 16 / 63, 1]);
  for (const { strokes } of drawings) {
    const once = strokesText(strokes);
    expect(strokesText(strokesFrom(once))).toBe(once);
    expect(once.length).toBeLessThan(300);
  }
});

test('a text that is none has no strokes', () => {
  for (const text of ['', '.', 'A', 'AAA.AA', 'AA..AA', 'Ä!', 'AA.', 'A'.repeat(3 * mostPoints + 1)])
    expect(strokesFrom(text)).toEqual([]);
});

test('centred strokes take 86 % of the longer side', () => {
  const [wide] = centredStrokes([[0.1, 0.2, 0.3, 0.3]]);
  expect(wide!.map(value => Number(value.toFixed(3)))).toEqual([0.07, 0.285, 0.93, 0.715]);
  const [dot] = centredStrokes([[0.9, 0.1]]);
  expect(dot).toEqual([0.5, 0.5]);
});

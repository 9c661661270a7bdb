import { strokesFrom, strokesText } from '@residual/appkit';
import { expect, test } from 'vitest';
import { drawings } from './drawings.js';
import { centredStrokes } from './strokes.js';

test('the drawings of the page come back from their texts, which are short', () => {
  for (const { strokes } of drawings) {
    const once = strokesText(strokes);
    expect(strokesText(strokesFrom(once))).toBe(once);
    expect(once.length).toBeLessThan(300);
  }
});

test('centred strokes take 86 % of the longer side', () => {
  const [wide] = centredStrokes([[0.1, 0.2, 0.3, 0.3]]);
  expect(wide!.map(value => Number(value.toFixed(3)))).toEqual([0.07, 0.285, 0.93, 0.715]);
  const [dot] = centredStrokes([[0.9, 0.1]]);
  expect(dot).toEqual([0.5, 0.5]);
});

import { expect, test } from 'vitest';
import { decibels } from './decibels.js';

test('the distance of two pictures is their peak signal-to-noise ratio, whatever else is in a pixel', () => {
  const rgb = { width: 2, height: 1, channels: 3, data: Uint8Array.of(10, 20, 30, 40, 50, 60) } as const;
  const rgba = { width: 2, height: 1, channels: 4, data: Uint8Array.of(10, 25, 30, 255, 40, 50, 50, 7) } as const;
  expect(decibels(rgb, rgba)).toBeCloseTo(10 * Math.log10(65025 / (125 / 6)), 10);
  expect(decibels(rgb, rgb)).toBe(Infinity);
});

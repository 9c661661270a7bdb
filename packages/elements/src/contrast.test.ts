import { expect, test } from 'vitest';
import { contrast, over } from './contrast.js';

test('the contrast is the ratio of WCAG: 21 for black on white, 1 for equal colours, 4.54 for #767676 on white', () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 5);
  expect(contrast([9, 99, 199], [9, 99, 199])).toBe(1);
  expect(contrast([255, 255, 255], [0x76, 0x76, 0x76])).toBeCloseTo(4.54, 2);
});

test('a translucent colour over another one is between both', () => {
  expect(over([200, 100, 0], [0, 200, 100], 0.25)).toEqual([50, 175, 75]);
});

import { expect, test } from 'vitest';
import { pixelValues } from './pixel-values.js';
import type { RawImage } from './raw-image.js';
import { toRgb } from './to-rgb.js';

const image: RawImage<Uint8Array> = { width: 2, height: 1, channels: 3, data: Uint8Array.of(0, 51, 255, 10, 20, 30) };

test('pixelValues scales, subtracts and divides in either order of axes', () => {
  expect(pixelValues(image)[1]).toBe(Math.fround(10 / 255));
  const options = { scale: 0.1, mean: [1, 2, 3], std: [2, 4, 5] };
  const expected = [(0 - 1) / 2, (5.1 - 2) / 4, (25.5 - 3) / 5, (1 - 1) / 2, (2 - 2) / 4, (3 - 3) / 5];
  const hwc = [...pixelValues(image, { ...options, layout: 'hwc' })];
  for (const [i, value] of hwc.entries()) expect(value).toBeCloseTo(expected[i]!, 6);
  expect([...pixelValues(image, options)]).toEqual([0, 3, 1, 4, 2, 5].map(i => hwc[i]));
  const floats = { ...image, data: Float32Array.from(image.data) };
  expect(pixelValues(floats, options)).toEqual(pixelValues(image, options));
});

test('pixelValues refuses lists of another length, and a division by 0', () => {
  expect(() => pixelValues(image, { mean: [1] })).toThrow('mean is [1]; it must be a number for each of 3 channels');
  expect(() => pixelValues(image, { std: [1, 0, 1] })).toThrow('std is [1,0,1]; it must be a number except 0 for each');
  expect(() => pixelValues(image, { layout: 'nchw' as never })).toThrow('layout is "nchw"; it must be chw or hwc');
});

test('toRgb repeats gray, drops alpha or lays it on white', () => {
  const gray = { width: 2, height: 1, channels: 1, data: Uint8Array.of(7, 9) };
  expect([...toRgb(gray).data]).toEqual([7, 7, 7, 9, 9, 9]);
  const clear = { width: 2, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 0, 100, 0, 200, 128) };
  expect([...toRgb(clear).data]).toEqual([1, 2, 3, 100, 0, 200]);
  expect([...toRgb(clear, { alpha: 'white' }).data]).toEqual([255, 255, 255, 177, 127, 227]);
  expect(toRgb(image)).toBe(image);
  expect(() => toRgb({ ...gray, data: Float32Array.of(1, 2) } as never)).toThrow(
    'toRgb: image.data is "a Float32Array"; it must be bytes',
  );
});

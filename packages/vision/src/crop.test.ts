import { expect, test } from 'vitest';
import { centerCrop, crop, pad } from './crop.js';
import type { RawImage } from './raw-image.js';

const image: RawImage<Uint8Array> = { width: 3, height: 2, channels: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
const rows = ({ width, data }: RawImage) =>
  Array.from({ length: data.length / width }, (_, y) => [...data.subarray(y * width, (y + 1) * width)].join(' '));

test('crop cuts a part out, and refuses one that is not inside', () => {
  expect(rows(crop(image, { left: 1, top: 1, width: 2, height: 1 }))).toEqual(['5 6']);
  expect(() => crop(image, { left: 2, width: 2, height: 1 })).toThrow(
    'crop: columns 2 to 4 and rows 0 to 1 do not lie in an image of 3 x 2',
  );
  expect(() => crop(image, { left: -1, width: 2, height: 1 })).toThrow('crop: left is -1; it must be a whole number');
});

test('pad adds margins of one value', () => {
  expect(rows(pad(image, { left: 1, bottom: 1, value: 9 }))).toEqual(['9 1 2 3', '9 4 5 6', '9 9 9 9']);
  expect(() => pad(image, { left: 70_000 })).toThrow('pad: width is 70003; it must be a whole number from 1 to 65535');
});

test('centerCrop takes the middle, the smaller half of what is left before it', () => {
  expect(rows(centerCrop(image, { width: 1, height: 2 }))).toEqual(['2', '5']);
  expect(rows(centerCrop(image, { width: 2, height: 1 }))).toEqual(['1 2']);
});

test('centerCrop pads: the larger margin comes first as in Pillow, or last as in torchvision', () => {
  expect(rows(centerCrop(image, { width: 4, height: 1 }))).toEqual(['0 1 2 3']);
  expect(rows(centerCrop(image, { width: 4, height: 1, backend: 'torchvision' }))).toEqual(['1 2 3 0']);
  expect(rows(centerCrop(image, { width: 1, height: 5 }))).toEqual(['0', '0', '2', '5', '0']);
});

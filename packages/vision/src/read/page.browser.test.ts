import { fixtureJson } from '@residual/testkit';
import { describe, expect, test } from 'vitest';
import { toImageData } from '../image-data.js';
import { bytesOf, pattern } from '../testing/pictures.js';
import { readImage } from './read-image.js';

interface File {
  readonly name: string;
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly drop: string;
  readonly keep?: string;
}

const files = await fixtureJson<File[]>('images/files.json');

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), a.length === b.length ? 0 : 256);

describe('a page gets the pixels of Pillow', () => {
  test.each(files)('$name', async ({ file, width, height, drop, keep }) => {
    const bytes = bytesOf(file);
    const image = await readImage(new Blob([bytes as Uint8Array<ArrayBuffer>]));
    expect([image.width, image.height, image.channels]).toEqual([width, height, 3]);
    expect(largestDifference(image.data, bytesOf(drop))).toBe(0);
    if (keep) expect([...(await readImage(bytes, { alpha: 'keep' })).data]).toEqual([...bytesOf(keep)]);
  });
});

const image = pattern(7, 5);

test('what a canvas, a bitmap and ImageData hold is read back', async () => {
  const data = toImageData(image);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [7, 5];
  canvas.getContext('2d')!.putImageData(data, 0, 0);
  const offscreen = new OffscreenCanvas(7, 5);
  offscreen.getContext('2d')!.putImageData(data, 0, 0);
  for (const source of [data, canvas, offscreen, await createImageBitmap(data)]) {
    const read = await readImage(source);
    expect([read.width, read.height, read.channels, ...read.data]).toEqual([7, 5, 3, ...image.data]);
  }
});

test('a large canvas is read in strips', async () => {
  const canvas = new OffscreenCanvas(1500, 1501);
  const context = canvas.getContext('2d')!;
  for (let row = 0; row < 1501; row += 100) {
    context.fillStyle = `rgb(${row % 256} ${(row >> 8) * 40} 7)`;
    context.fillRect(0, row, 1500, 100);
  }
  const { data } = await readImage(canvas);
  for (let row = 50; row < 1501; row += 100) {
    const top = row - 50;
    expect([...data.subarray(row * 4500, row * 4500 + 3)]).toEqual([top % 256, (top >> 8) * 40, 7]);
  }
});

test('formats of the browser are read, and what it cannot decode is refused', async () => {
  const canvas = new OffscreenCanvas(3, 2);
  canvas.getContext('2d')!.putImageData(toImageData(pattern(3, 2)), 0, 0);
  const webp = await canvas.convertToBlob({ type: 'image/webp', quality: 1 });
  const read = await readImage(webp);
  expect([read.width, read.height, read.channels]).toEqual([3, 2, 3]);
  await expect(readImage(Uint8Array.of(1, 2, 3))).rejects.toThrow(
    'readImage: the file is in no format that is known, and the browser cannot decode it',
  );
});

test('gray becomes opaque ImageData, and alpha stays', () => {
  expect([...toImageData({ width: 1, height: 1, channels: 1, data: Uint8Array.of(9) }).data]).toEqual([9, 9, 9, 255]);
  const clear = { width: 1, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 4) };
  expect([...toImageData(clear).data]).toEqual([1, 2, 3, 4]);
});

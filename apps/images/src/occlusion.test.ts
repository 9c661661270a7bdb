import { expect, test } from 'vitest';
import { occlude, placeOf, squares } from './occlusion.js';

const size = 16;

test('where the cosine falls most is where what counts was covered', async () => {
  const data = new Uint8Array(size * size * 3).fill(255);
  const at = (row: number, column: number) => 3 * (row * size + column);
  data[at(3, 12)] = 0; // the only dark spot: square 1, 6
  const seen: number[] = [];
  const model = {
    embedImage: async (images: readonly { readonly data: Uint8Array }[]) => {
      seen.push(images.length);
      return images.map(({ data: pixels }) => Float32Array.of(pixels[at(3, 12)] === 0 ? 1 : 0, 0));
    },
  };
  const image = { width: size, height: size, channels: 3, data };
  const { whole, falls, lowest } = await occlude(
    { model } as never,
    image,
    Float32Array.of(1, 0),
    new AbortController().signal,
  );
  expect(seen).toEqual([1 + 49]);
  expect([whole, lowest.cosine, placeOf(lowest)]).toEqual([1, 0, 'the upper right part']);
  expect([1, 3, 7].map(row => falls[row * squares + 6])).toEqual([1, 0, 0]);
  expect(falls[2 * squares + 6]).toBe(0.5); // half of what covers it covers the spot
  expect(data[at(0, 0)]).toBe(255);
});

import type { PictureSet } from './picture-sets.js';

/** One picture of a set. */
export interface PictureAt {
  readonly set: PictureSet;
  readonly index: number;
}

/** From a pixel of the result to the picture, both from -1 to 1: x' = a x + b y + c, y' = d x + e y + f. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** The picture as it is. */
export const straight: Affine = [1, 0, 0, 0, 1, 0];

/** Bilinear samples of a picture of `from` px at the pixels of one of `size` px, from 0 to 1; outside it is empty. */
export function samplePicture(
  { set, index }: PictureAt,
  from: number,
  size: number,
  [a, b, c, d, e, f]: Affine,
): Float32Array {
  const { channels, pixels } = set;
  const start = index * from * from * channels;
  const result = new Float32Array(size * size * channels);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const [u, v] = [(2 * column + 1) / size - 1, (2 * row + 1) / size - 1];
      const x = ((a * u + b * v + c + 1) * from - 1) / 2;
      const y = ((d * u + e * v + f + 1) * from - 1) / 2;
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const to = (row * size + column) * channels;
      for (let corner = 0; corner < 4; corner++) {
        const [cornerX, cornerY] = [left + (corner & 1), top + (corner >> 1)];
        if (cornerX < 0 || cornerY < 0 || cornerX >= from || cornerY >= from) continue;
        const weight = ((corner & 1 ? x - left : left + 1 - x) * (corner >> 1 ? y - top : top + 1 - y)) / 255;
        const at = start + (cornerY * from + cornerX) * channels;
        for (let channel = 0; channel < channels; channel++) result[to + channel]! += weight * pixels[at + channel]!;
      }
    }
  return result;
}

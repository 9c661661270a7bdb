import type { PictureSet } from './picture-sets.js';

/** One picture of a set. */
export interface PictureAt {
  readonly set: PictureSet;
  readonly index: number;
}

/** From a pixel of the result to the picture, both from -1 to 1: x' = a x + b y + c, y' = d x + e y + f. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** A wave that moves what it runs across: by `height` where the phase is a quarter of a turn. */
export interface Wave {
  readonly height: number;
  /** Radians from one side of the picture to the middle. */
  readonly frequency: number;
  readonly phase: number;
}

/** Waves that bend a picture: one moves rows to the right, one columns down. */
export interface Bend {
  readonly right: Wave;
  readonly down: Wave;
}

/** The picture as it is. */
export const straight: Affine = [1, 0, 0, 0, 1, 0];

const still: Wave = { height: 0, frequency: 0, phase: 0 };

/**
 * Bilinear samples of a picture of `from` px at the pixels of one of `size` px, from 0 to 1; outside it is empty. A
 * bend is applied to the places of the result, before the affine map.
 */
export function samplePicture(
  { set, index }: PictureAt,
  from: number,
  size: number,
  [a, b, c, d, e, f]: Affine,
  bend: Bend = { right: still, down: still },
): Float32Array {
  const { channels, pixels } = set;
  const places = Array.from({ length: size }, (_, i) => (2 * i + 1) / size - 1);
  const right = places.map(place => waveAt(bend.right, place));
  const down = places.map(place => waveAt(bend.down, place));
  const start = index * from * from * channels;
  const result = new Float32Array(size * size * channels);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const [u, v] = [places[column]! + right[row]!, places[row]! + down[column]!];
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

function waveAt({ height, frequency, phase }: Wave, place: number): number {
  return height * Math.sin(frequency * place + phase);
}

import type { Model } from '@residual/model';
import type { ByteImage } from '@residual/vision';
import { pictureSheet } from '../image-tokens/picture-sheet.js';

/** How a model paints samples. */
export const sampling = { temperature: 0.5, guidanceScale: 2 } as const;

/** How many pictures are painted together. */
const together = 32;

/** Settings of `paintAll`. */
export interface PaintAllOptions {
  readonly temperature: number;
  readonly guidanceScale: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

/** The pictures that a model paints for texts. */
export async function paintAll(
  model: Model,
  texts: readonly string[],
  { seed, onProgress, ...options }: PaintAllOptions,
): Promise<ByteImage[]> {
  const images: ByteImage[] = [];
  for (let from = 0; from < texts.length; from += together) {
    onProgress?.(from);
    const part = texts.slice(from, from + together);
    const results = await model.paint(part, { ...options, seed: (seed + from) >>> 0 }).result();
    images.push(...results.map(({ image }) => image));
  }
  return images;
}

/** A sheet of pictures, row by row, as a PNG file. */
export function imageSheet(images: readonly ByteImage[]): Uint8Array<ArrayBuffer> {
  const size = images[0]?.width ?? 1;
  const pixels = images.flatMap(({ data }) => Array.from(data, value => value / 127.5 - 1));
  return pictureSheet(pixels, { count: images.length, size, columns: 12, zoom: 2 });
}

import type { Model } from '@residual/model';
import { pictureSheet } from '../image-tokens/picture-sheet.js';

/** How a model paints samples. */
export const sampling = { temperature: 0.5, guidanceScale: 2 } as const;

/** How many pictures are painted together. */
const together = 32;

/** Pictures that a model paints, RGB from -1 to 1: [texts, size, size, 3]. */
export async function paintAll(
  model: Model,
  texts: readonly string[],
  options: {
    readonly temperature: number;
    readonly guidanceScale: number;
    readonly seed: number;
    readonly signal: AbortSignal;
    readonly onProgress?: (done: number) => void;
  },
): Promise<{ readonly pixels: Float32Array; readonly size: number }> {
  const { seed, onProgress, ...others } = options;
  const parts: Uint8ClampedArray[] = [];
  let size = 0;
  for (let from = 0; from < texts.length; from += together) {
    onProgress?.(from);
    const part = texts.slice(from, from + together);
    const results = await model.paint(part, { ...others, seed: (seed + from) >>> 0 }).result();
    for (const { image } of results) {
      parts.push(image.data as Uint8ClampedArray);
      size = image.width;
    }
  }
  const length = size * size * 3;
  const pixels = new Float32Array(parts.length * length);
  for (const [i, data] of parts.entries())
    for (let k = 0; k < length; k++) pixels[i * length + k] = data[k]! / 127.5 - 1;
  return { pixels, size };
}

/** A sheet of what a model paints for texts, row by row, as a PNG file. */
export async function paintedSheet(
  model: Model,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const { pixels, size } = await paintAll(model, texts, { ...sampling, seed: 0, signal });
  return pictureSheet(pixels, { count: texts.length, size, columns: 12, zoom: 2 });
}

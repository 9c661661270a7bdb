import type { ByteImage } from '../raw-image.js';
import { fail } from './errors.js';
import { expectReadable } from './limits.js';

/** How many pixels are read back at once. */
const stripPixels = 2 ** 20;

/**
 * The pixels of a bitmap or canvas, four channels. A canvas multiplies colours by alpha, so that those under little
 * alpha come back rounded.
 */
export function readBitmap(source: ImageBitmap | HTMLCanvasElement | OffscreenCanvas): ByteImage {
  const { width, height } = source;
  expectReadable('picture', width, height);
  const rows = Math.max(1, Math.min(height, Math.floor(stripPixels / width)));
  const canvas = new OffscreenCanvas(width, rows);
  const context = canvas.getContext('2d', { willReadFrequently: true, colorSpace: 'srgb' });
  if (!context) return fail(`the page has no canvas of ${width} x ${rows}`);
  context.globalCompositeOperation = 'copy';
  context.imageSmoothingEnabled = false;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let top = 0; top < height; top += rows) {
    context.drawImage(source, 0, -top);
    const count = Math.min(rows, height - top);
    data.set(context.getImageData(0, 0, width, count).data, top * width * 4);
  }
  return { width, height, channels: 4, data };
}

import type { RawImage } from '../raw-image.js';
import { smoothStroke } from './curves.js';
import type { Drawing, Point } from './drawing.js';
import { type DrawingPictureOptions, placedDrawing } from './picture-options.js';

/** The largest picture of `drawingImage`. */
const maxSize = 4096;

/**
 * A drawing as an image of one channel, black on white: each pixel is as dark as a round pen covers it, by the distance
 * of its middle from the line.
 */
export function drawingImage(drawing: Drawing, options: DrawingPictureOptions = {}): RawImage<Uint8Array> {
  const placed = placedDrawing('drawingImage', drawing, options, maxSize);
  const { size, lineWidth, smooth } = placed;
  const data = new Uint8Array(size * size).fill(255);
  for (const stroke of placed.drawing) {
    const points = smooth ? smoothStroke(stroke) : stroke;
    if (points.length === 1) drawLine(data, size, lineWidth, points[0]!, points[0]!);
    for (let i = 1; i < points.length; i++) drawLine(data, size, lineWidth, points[i - 1]!, points[i]!);
  }
  return { width: size, height: size, channels: 1, data };
}

/** Darkens the pixels around the line between two points. */
function drawLine(data: Uint8Array, size: number, lineWidth: number, from: Point, to: Point): void {
  const reach = lineWidth / 2 + 0.5; // from the line to where a pixel has no part of it
  const [right, down] = [to[0] - from[0], to[1] - from[1]];
  const squared = right * right + down * down;
  const within = (value: number) => Math.min(size, Math.max(0, value));
  const [left, top] = [0, 1].map(axis => within(Math.floor(Math.min(from[axis]!, to[axis]!) - reach)));
  const [end, bottom] = [0, 1].map(axis => within(Math.ceil(Math.max(from[axis]!, to[axis]!) + reach)));
  for (let row = top!; row < bottom!; row++)
    for (let column = left!; column < end!; column++) {
      const [x, y] = [column + 0.5 - from[0], row + 0.5 - from[1]];
      const along = squared === 0 ? 0 : Math.min(1, Math.max(0, (x * right + y * down) / squared));
      const distance = Math.hypot(x - along * right, y - along * down);
      const cover = Math.min(1, lineWidth, Math.max(0, reach - distance));
      const value = Math.round(255 * (1 - cover));
      const at = row * size + column;
      if (value < data[at]!) data[at] = value;
    }
}

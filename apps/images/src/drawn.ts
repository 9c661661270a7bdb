import type { FlatStroke as Stroke } from '@residual/appkit';
import type { ByteImage } from '@residual/vision';
import { centredStrokes } from './strokes.js';

/** The width of a line, as a share of the side of the picture: that of the drawings of training. */
const lineWidth = 2.2 / 48;

/** Draws strokes, points from 0 to 1, on a context of `side` pixels. */
export function drawStrokes(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  strokes: readonly Stroke[],
  side: number,
): void {
  context.lineWidth = lineWidth * side;
  [context.lineCap, context.lineJoin] = ['round', 'round'];
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(stroke[0]! * side, stroke[1]! * side);
    context.lineTo(stroke[0]! * side, stroke[1]! * side); // a dot
    for (let i = 2; i < stroke.length; i += 2) context.lineTo(stroke[i]! * side, stroke[i + 1]! * side);
    context.stroke();
  }
}

/** A drawing as the model sees it: centred, black on white, [size, size, 4]. */
export function drawn(strokes: readonly Stroke[], size: number): ByteImage {
  const context = new OffscreenCanvas(size, size).getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, size, size);
  context.strokeStyle = '#000';
  drawStrokes(context, centredStrokes(strokes), size);
  return { width: size, height: size, channels: 4, data: context.getImageData(0, 0, size, size).data };
}

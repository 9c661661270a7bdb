import { curvesOf } from './curves.js';
import type { Drawing } from './drawing.js';
import { type DrawingPictureOptions, placedDrawing } from './picture-options.js';

/** What of a canvas draws a line: a `CanvasRenderingContext2D`, or one that is not on a page. */
export interface LineContext
  extends Pick<
    CanvasRenderingContext2D,
    'beginPath' | 'moveTo' | 'lineTo' | 'bezierCurveTo' | 'lineWidth' | 'lineCap' | 'lineJoin'
  > {
  stroke(): void;
}

/**
 * Draws a drawing on a canvas, in the top left square of `size` pixels, with the context's `strokeStyle`. The width and
 * the round ends of its lines stay set.
 */
export function drawOnCanvas(context: LineContext, drawing: Drawing, options: DrawingPictureOptions = {}): void {
  const placed = placedDrawing('drawOnCanvas', drawing, options);
  context.lineWidth = placed.lineWidth;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.beginPath();
  for (const stroke of placed.drawing) {
    const [[x, y], ...others] = [stroke[0]!, ...stroke.slice(1)];
    context.moveTo(x, y);
    if (others.length === 0) context.lineTo(x, y);
    if (placed.smooth)
      for (const [first, second, to] of curvesOf(stroke)) context.bezierCurveTo(...first, ...second, ...to);
    else for (const point of others) context.lineTo(...point);
  }
  context.stroke();
}

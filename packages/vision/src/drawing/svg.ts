import { curvesOf } from './curves.js';
import type { Drawing, Point } from './drawing.js';
import { type DrawingPictureOptions, placedDrawing } from './picture-options.js';

/** A drawing as an SVG file; its lines have the colour of the text around it. */
export function drawingToSvg(drawing: Drawing, options: DrawingPictureOptions = {}): string {
  const { size, lineWidth } = placedDrawing('drawingToSvg', drawing, options);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" fill="none" stroke="currentColor" ` +
    `stroke-width="${rounded(lineWidth)}" stroke-linecap="round" stroke-linejoin="round">` +
    `<path d="${drawingToPath(drawing, options)}"/></svg>\n`
  );
}

/** The lines of a drawing as the data of an SVG path, in a square of `size`. */
export function drawingToPath(drawing: Drawing, options: DrawingPictureOptions = {}): string {
  const placed = placedDrawing('drawingToPath', drawing, options);
  const paths = placed.drawing.map(stroke => {
    const [first] = stroke;
    const rest = placed.smooth
      ? curvesOf(stroke).map(points => `C${points.map(pair).join(' ')}`)
      : stroke.slice(1).map(point => `L${pair(point)}`);
    return `M${pair(first!)}${stroke.length === 1 ? 'h0' : rest.join('')}`;
  });
  return paths.join('');
}

const pair = ([x, y]: Point) => `${rounded(x)},${rounded(y)}`;

const rounded = (value: number) => Math.round(100 * value) / 100;

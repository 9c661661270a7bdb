import { expectInteger, expectOptions, expectValue } from '@residual/base';
import { type Box, boundsOf, type Drawing, expectDrawing, fitDrawing, type Point } from './drawing.js';

/** How a drawing becomes a picture. */
export interface DrawingPictureOptions {
  /** Width and height of the picture in pixels; default 256. */
  readonly size?: number;
  /** The width of the lines in pixels; default a fortieth of the size. */
  readonly lineWidth?: number;
  /** What fills the picture but for a margin, such as the grid; the smallest box around the drawing if absent. */
  readonly box?: Box;
  /** Whether lines go in curves through their points; default true. */
  readonly smooth?: boolean;
}

/** A drawing in the pixels of its picture, as `drawOnCanvas` and `drawingToSvg` draw it. */
export function placeDrawing(drawing: Drawing, options: DrawingPictureOptions = {}): Drawing {
  return placedDrawing('placeDrawing', drawing, options).drawing;
}

/** A drawing in the pixels of a picture. */
export interface PlacedDrawing {
  readonly drawing: Drawing;
  readonly size: number;
  readonly lineWidth: number;
  readonly smooth: boolean;
}

/** Checks a drawing and its options, and puts it into a picture, with a margin of 4 % and half a line. */
export function placedDrawing(
  caller: string,
  drawing: Drawing,
  options: DrawingPictureOptions,
  maxSize = 65_535,
): PlacedDrawing {
  expectOptions(caller, options, { size: 0, lineWidth: 0, box: 0, smooth: 0 });
  expectDrawing(caller, drawing);
  const { size = 256, smooth = true, box = boundsOf(drawing) } = options;
  expectInteger(caller, 'size', size, { min: 1, max: maxSize });
  const { lineWidth = size / 40 } = options;
  expectValue(lineWidth > 0 && lineWidth <= size, caller, 'lineWidth', lineWidth, `above 0, and ${size} at most`);
  const margin = Math.min(size / 2, 0.04 * size + lineWidth / 2);
  const fitted = fitDrawing(drawing, size - 2 * margin, box);
  const placed = fitted.map(stroke => stroke.map(([x, y]): Point => [x + margin, y + margin]));
  return { drawing: placed, size, lineWidth, smooth };
}

import { expectValue, ResidualError, showValue } from '@residual/base';

/** A point: x grows to the right and y downwards, in any unit. */
export type Point = readonly [x: number, y: number];

/** The points of a pen from where it is put down to where it is lifted. */
export type Stroke = readonly Point[];

/** Strokes in the order in which they are drawn. */
export type Drawing = readonly Stroke[];

/** A rectangle in the unit of the points. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The largest coordinate: sums and products of coordinates stay exact enough. */
const maxCoordinate = 1e9;

/** Throws, with the code, unless a drawing is a list of strokes of one point or more, with coordinates up to 10⁹. */
export function expectDrawing(caller: string, drawing: unknown, code = 'drawing'): asserts drawing is Drawing {
  expectValue(Array.isArray(drawing), caller, 'drawing', drawing, 'a list of strokes', code);
  for (const [i, stroke] of drawing.entries()) {
    const isStroke = Array.isArray(stroke) && stroke.length > 0;
    expectValue(isStroke, caller, `stroke ${i}`, stroke, 'a list of one point or more', code);
    for (const [j, point] of (stroke as readonly unknown[]).entries())
      if (!isPoint(point))
        throw new ResidualError(
          code,
          `${caller}: point ${j} of stroke ${i} is ${showValue(point)}; it must be [x, y], numbers from -1e9 to 1e9`,
        );
  }
}

function isPoint(value: unknown): value is Point {
  if (!Array.isArray(value) || value.length !== 2) return false;
  return value.every(number => typeof number === 'number' && Math.abs(number) <= maxCoordinate);
}

/** The smallest box around a drawing; empty at 0, 0 if there is no point. */
export function boundsOf(drawing: Drawing): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const stroke of drawing)
    for (const [x, y] of stroke) {
      left = Math.min(left, x);
      top = Math.min(top, y);
      right = Math.max(right, x);
      bottom = Math.max(bottom, y);
    }
  if (left > right) return { left: 0, top: 0, width: 0, height: 0 };
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * A drawing scaled and shifted from one box into a square from 0 to `side`: its shape is kept, and it lies in the
 * middle. The box is the smallest one around it if absent; of a single point only the place is left.
 */
export function fitDrawing(drawing: Drawing, side: number, box: Box = boundsOf(drawing)): Drawing {
  const { left, top, width, height } = box;
  const extent = Math.max(width, height);
  const scale = extent > 0 ? side / extent : 0;
  const [right, down] = [(side - width * scale) / 2, (side - height * scale) / 2];
  return drawing.map(stroke => stroke.map(([x, y]): Point => [(x - left) * scale + right, (y - top) * scale + down]));
}

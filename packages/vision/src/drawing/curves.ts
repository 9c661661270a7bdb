import type { Point, Stroke } from './drawing.js';

/** A cubic Bézier curve from the end of the one before: its two control points and its end. */
export type Curve = readonly [first: Point, second: Point, to: Point];

/** Below this cosine of the angle by which a line turns, it has a corner: 60 degrees. */
const cornerCosine = 0.5;

/**
 * The curves of a stroke through all its points, one for each but the first. They have the direction of the chord
 * around each point, as with Catmull and Rom (1974), and are not longer than its sides; where the line turns by more
 * than 60 degrees the corner stays.
 */
export function curvesOf(stroke: Stroke): Curve[] {
  const directions = stroke.map((point, i) => directionAt(stroke[i - 1], point, stroke[i + 1]));
  return stroke.slice(1).map((to, i): Curve => {
    const from = stroke[i]!;
    const third = Math.hypot(to[0] - from[0], to[1] - from[1]) / 3;
    const [a, b] = [directions[i]!, directions[i + 1]!];
    return [[from[0] + a[0] * third, from[1] + a[1] * third], [to[0] - b[0] * third, to[1] - b[1] * third], to];
  });
}

/** The direction of a curve at a point, of length 1; of length 0 at ends and corners. */
function directionAt(before: Point | undefined, [x, y]: Point, after: Point | undefined): Point {
  if (!before || !after) return [0, 0];
  const [toX, toY, fromX, fromY] = [after[0] - x, after[1] - y, x - before[0], y - before[1]];
  const lengths = Math.hypot(toX, toY) * Math.hypot(fromX, fromY);
  const isCorner = toX * fromX + toY * fromY < cornerCosine * lengths || lengths === 0;
  if (isCorner) return [0, 0];
  const [chordX, chordY] = [after[0] - before[0], after[1] - before[1]];
  const length = Math.hypot(chordX, chordY);
  return [chordX / length, chordY / length];
}

/** The points of a smooth line through those of a stroke, `steps` for each of its curves. */
export function smoothStroke(stroke: Stroke, steps = 6): Stroke {
  const points: Point[] = [...stroke.slice(0, 1)];
  for (const [first, second, to] of curvesOf(stroke)) {
    const from = points.at(-1)!;
    for (let step = 1; step < steps; step++) points.push(pointAt(step / steps, from, first, second, to));
    points.push(to);
  }
  return points;
}

function pointAt(t: number, from: Point, first: Point, second: Point, to: Point): Point {
  const u = 1 - t;
  const along = (axis: 0 | 1) =>
    u ** 3 * from[axis] + 3 * u * u * t * first[axis] + 3 * u * t * t * second[axis] + t ** 3 * to[axis];
  return [along(0), along(1)];
}

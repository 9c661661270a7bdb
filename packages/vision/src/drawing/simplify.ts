import type { Point, Stroke } from './drawing.js';

/** The most points that are simplified together, so that the time grows with the length of a stroke and not faster. */
const maxRun = 1000;

/**
 * The points of a stroke without those that lie within `tolerance` of the lines between the others (Ramer 1972, Douglas
 * and Peucker 1973), as Quick, Draw! simplifies with a tolerance of 2 in a box of 255. The first and the last point
 * stay, and of a longer stroke one in 1,000.
 */
export function simplifyStroke(stroke: Stroke, tolerance: number): Stroke {
  if (stroke.length < 3) return stroke;
  const isKept = new Uint8Array(stroke.length);
  const spans: [first: number, last: number][] = [];
  for (let first = 0; first < stroke.length - 1; first += maxRun)
    spans.push([first, Math.min(first + maxRun, stroke.length - 1)]);
  for (const [first, last] of spans) isKept[first] = isKept[last] = 1;
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span;
    const { index, distance } = farthest(stroke, first, last);
    if (distance <= tolerance) continue;
    isKept[index] = 1;
    spans.push([first, index], [index, last]);
  }
  return stroke.filter((_, i) => isKept[i] === 1);
}

/** The point between two others that is farthest from the line through them, and its distance. */
function farthest(stroke: Stroke, first: number, last: number): { readonly index: number; readonly distance: number } {
  const [from, to] = [stroke[first]!, stroke[last]!];
  const [right, down] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(right, down);
  let [index, distance] = [first, -1];
  for (let i = first + 1; i < last; i++) {
    const at = distanceOf(stroke[i]!);
    if (at > distance) [index, distance] = [i, at];
  }
  return { index, distance };

  function distanceOf([x, y]: Point): number {
    if (length === 0) return Math.hypot(x - from[0], y - from[1]);
    return Math.abs((x - from[0]) * down - (y - from[1]) * right) / length;
  }
}

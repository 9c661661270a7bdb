import { byId, makeSvg } from '@residual/appkit';
import type { Drift } from './drift.js';

type Point = readonly [x: number, y: number];

/** The size of the drawing, and the margin around the paths. */
const [width, height, margin] = [320, 220, 24];

/** Draws the paths of a word in two sentences through the layers. */
export function drawPaths(paths: Drift['paths']): void {
  const points = paths.map(pointsOf);
  const toPixels = projection(points.flat());
  byId('paths').replaceChildren(
    ...points.flatMap((path, i) =>
      i === 0 ? pathElements(path.map(toPixels), 'one', 'first') : pathElements(path.map(toPixels), 'two', 'second'),
    ),
  );
}

const pointsOf = (path: Float32Array): Point[] =>
  Array.from({ length: path.length / 2 }, (_, layer) => [path[2 * layer]!, path[2 * layer + 1]!]);

/** The projection of the plane that shows all points, with the same scale on both axes. */
function projection(points: readonly Point[]): (point: Point) => Point {
  const rangeOf = (axis: 0 | 1) => {
    const values = points.map(point => point[axis]);
    return [Math.min(...values), Math.max(...values)] as const;
  };
  const [[left, right], [bottom, top]] = [rangeOf(0), rangeOf(1)];
  const scale = Math.min((width - 2 * margin) / (right - left || 1), (height - 2 * margin) / (top - bottom || 1));
  return ([x, y]) => [width / 2 + (x - (left + right) / 2) * scale, height / 2 - (y - (bottom + top) / 2) * scale];
}

/** A line with a dot for each layer, the last one larger, and a label. */
function pathElements(pixels: readonly Point[], className: string, label: string): SVGElement[] {
  const points = pixels.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  const dots = pixels.map(([x, y], layer) => {
    const radius = layer === pixels.length - 1 ? 5 : 3;
    return makeSvg('circle', { cx: x.toFixed(1), cy: y.toFixed(1), r: radius, class: className });
  });
  const [x, y] = pixels.at(-1)!;
  const isLeft = x > width / 2; // the label goes towards the middle
  const position = { x: (x + (isLeft ? -9 : 9)).toFixed(1), y: (y + 4).toFixed(1) };
  const text = makeSvg('text', { ...position, 'text-anchor': isLeft ? 'end' : 'start' }, label);
  return [makeSvg('polyline', { points, class: className }), ...dots, text];
}

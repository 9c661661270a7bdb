import { makeSvg } from '@residual/appkit';
import type { Drift } from './drift.js';

type Point = readonly [x: number, y: number];

const [height, margin] = [280, 30];

/** The picture of a word's paths through the layers in two sentences. */
export class DriftPaths {
  private paths: Drift['paths'] | undefined;

  constructor(private readonly picture: SVGElement) {
    let width = 0;
    new ResizeObserver(() => {
      if (picture.clientWidth !== width) this.draw();
      width = picture.clientWidth;
    }).observe(picture);
  }

  /** Draws the paths, or a sketch of what will be seen. */
  show(paths: Drift['paths'] | undefined): void {
    this.paths = paths;
    this.draw();
  }

  private draw(): void {
    const width = this.picture.clientWidth;
    if (width === 0) return;
    this.picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.picture.classList.toggle('sketch', this.paths === undefined);
    const points = this.paths?.map(pointsOf) ?? sketch;
    const toPixels = projection(points.flat(), width);
    const [one, two] = points.map(path => path.map(toPixels));
    const [x, y] = one![0]!;
    const start = makeSvg('text', { x: x.toFixed(1), y: (y + (y > height / 2 ? 24 : -14)).toFixed(1) }, 'enters');
    start.setAttribute('text-anchor', x > width / 2 ? 'end' : 'start');
    this.picture.replaceChildren(...pathElements(one!, 'one', width), ...pathElements(two!, 'two', width), start);
  }
}

/** Two paths that begin together and part: no numbers of a model. */
const sketch: readonly (readonly Point[])[] = [1, -1].map(side =>
  [0, 1, 2, 3, 4].map((step): Point => [2.4 * step, side * 0.16 * step ** 2]),
);

const pointsOf = (path: Float32Array): Point[] =>
  Array.from({ length: path.length / 2 }, (_, layer) => [path[2 * layer]!, path[2 * layer + 1]!]);

/** The projection of the plane that shows all points, with the same scale on both axes. */
function projection(points: readonly Point[], width: number): (point: Point) => Point {
  const rangeOf = (axis: 0 | 1) => {
    const values = points.map(point => point[axis]);
    return [Math.min(...values), Math.max(...values)] as const;
  };
  const [[left, right], [bottom, top]] = [rangeOf(0), rangeOf(1)];
  const scale = Math.min((width - 2 * margin) / (right - left || 1), (height - 2 * margin) / (top - bottom || 1));
  return ([x, y]) => [width / 2 + (x - (left + right) / 2) * scale, height / 2 - (y - (bottom + top) / 2) * scale];
}

/** A line with a dot for each layer, the last one larger, and the number of the last layer. */
function pathElements(pixels: readonly Point[], className: string, width: number): SVGElement[] {
  const points = pixels.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  const last = pixels.length - 1;
  const dots = pixels.map(([x, y], layer) => {
    const dot = makeSvg('circle', {
      cx: x.toFixed(1),
      cy: y.toFixed(1),
      r: layer === last ? 6 : 3.5,
      class: className,
    });
    dot.style.setProperty('--delay', `${(1400 * layer) / last}ms`);
    return dot;
  });
  const [x, y] = pixels[last]!;
  const isLeft = x > width / 2; // the label goes towards the middle
  const position = { x: (x + (isLeft ? -11 : 11)).toFixed(1), y: (y + 4).toFixed(1) };
  const text = makeSvg('text', { ...position, 'text-anchor': isLeft ? 'end' : 'start' }, 'leaves');
  return [makeSvg('polyline', { points, class: className, pathLength: 1 }), ...dots, text];
}

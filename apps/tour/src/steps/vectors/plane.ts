import { makeSvg } from '@residual/appkit';
import type { Analogy } from './calls.js';

const [width, height, margin] = [320, 220, 34];

/** Three words and the answer of their sum in a plane, with the same step as two arrows. */
export function planeFigure() {
  const element = makeSvg('svg', { viewBox: `0 0 ${width} ${height}`, class: 'plane', role: 'img' });
  return {
    element,
    show: ({ points, tip }: Pick<Analogy, 'points' | 'tip'>): void => {
      const place = placer([...points, tip]);
      const [to, from, start, answer] = points;
      element.setAttribute(
        'aria-label',
        `A map of ${points.map(({ word }) => word).join(', ')}: the step from ${from!.word} to ${to!.word}, taken ` +
          `from ${start!.word}, ends near ${answer!.word}.`,
      );
      const arrow = (one: Point, other: Point, name: string) => {
        const [a, b] = [place(one), place(other)];
        return makeSvg('path', { d: arrowPath(a, b), class: name, pathLength: 1 });
      };
      element.replaceChildren(
        arrow(from!, to!, 'arrow known'),
        arrow(start!, tip, 'arrow same'),
        ...points.flatMap(({ word, ...point }, i) => {
          const [x, y] = place(point);
          const isAnswer = i === 3;
          return [
            makeSvg('circle', { cx: x, cy: y, r: 4, class: isAnswer ? 'dot answer' : 'dot' }),
            makeSvg('text', { x, y: y < height / 2 ? y - 10 : y + 20, class: isAnswer ? 'answer' : '' }, word),
          ];
        }),
      );
    },
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Maps points into the figure, with one scale for both axes. */
function placer(points: readonly Point[]): (point: Point) => [number, number] {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min((width - 2 * margin) / (right - left || 1), (height - 2 * margin) / (high - low || 1));
  return ({ x, y }) => [width / 2 + scale * (x - (left + right) / 2), height / 2 - scale * (y - (low + high) / 2)];
}

/** A line with a head, a little apart from both ends. */
function arrowPath([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): string {
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const [ax, ay, bx, by] = [x1 + 7 * ux, y1 + 7 * uy, x2 - 3 * ux, y2 - 3 * uy];
  const head = (side: number) => `L${bx - 9 * ux - side * 4 * uy} ${by - 9 * uy + side * 4 * ux}`;
  return `M${ax} ${ay}L${bx} ${by}${head(1)}M${bx} ${by}${head(-1)}`;
}

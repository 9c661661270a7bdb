import { fixed, makeSvg, movement, nextFrame } from '@residual/appkit';
import { dot, lengthOf } from './sentences.js';

const [width, height, margin] = [260, 140, 18];

type Point = readonly [x: number, y: number];

/** Vectors as arrows in the plane of the first and the last: one arrow stays at the first, another moves along. */
export function arrowFan() {
  const svg = makeSvg('svg', { viewBox: `0 0 ${width} ${height}`, class: 'arrow-fan', role: 'img' });
  let [points, origin, scale]: [readonly Point[], Point, number] = [[], [0, 0], 1];
  let at: Point = [0, 0];
  let moves = 0;
  const arrow = makeSvg('path', { class: 'now' });
  const arc = makeSvg('path', { class: 'turn' });
  const angle = makeSvg('text', { class: 'angle' });
  const name = makeSvg('text', { class: 'now' }, 'with');
  const place = (text: SVGTextElement, [x, y]: Point, rise: number) => {
    text.setAttribute('x', String(x));
    text.setAttribute('y', String(y + rise));
  };
  const on = ([x, y]: Point): Point => [origin[0] + x * scale, origin[1] - y * scale];
  const draw = () => {
    arrow.setAttribute('d', arrowPath(on([0, 0]), on(at)));
    const turn = Math.atan2(at[1], at[0]);
    const radius = 0.5 * Math.hypot(...points[0]!);
    const [[fromX, fromY], [toX, toY]] = [on([radius, 0]), on([radius * Math.cos(turn), radius * Math.sin(turn)])];
    const length = radius * scale;
    arc.setAttribute('d', turn < 0.01 ? '' : `M${fromX} ${fromY}A${length} ${length} 0 0 0 ${toX} ${toY}`);
    place(angle, on([1.1 * radius * Math.cos(turn / 2), 1.1 * radius * Math.sin(turn / 2)]), 4);
    place(name, on(at), -7);
    angle.textContent = turn < 0.01 ? '' : `${fixed((turn * 180) / Math.PI, 1)}°`;
  };
  return {
    element: svg,
    /** Shows vectors, with the arrow at the last one. */
    show: (vectors: readonly Float32Array[], label: string): void => {
      moves++;
      points = inPlane(vectors);
      [origin, scale] = placed(points);
      at = points.at(-1)!;
      const first = makeSvg('path', { class: 'first', d: arrowPath(on([0, 0]), on(points[0]!)) });
      const dots = points.slice(1).map(point => {
        const [cx, cy] = on(point);
        return makeSvg('circle', { class: 'stage', cx, cy, r: 2.5 });
      });
      const firstName = makeSvg('text', { class: 'first' }, 'without');
      place(firstName, on(points[0]!), 13);
      svg.replaceChildren(first, ...dots, arc, arrow, angle, firstName, name);
      svg.setAttribute('aria-label', label);
      draw();
    },
    /** Moves the arrow to one of the vectors. */
    moveTo: async (stage: number): Promise<void> => {
      const own = ++moves;
      const [from, to] = [at, points[stage]!];
      const start = performance.now();
      for (let share = 0; share < 1 && own === moves; ) {
        share = movement(performance.now() - start, 700);
        at = [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
        draw();
        if (share < 1) await nextFrame();
      }
    },
  };
}

/** Vectors in the plane of the first, which is the x axis, and the last, whose y is not negative. */
function inPlane(vectors: readonly Float32Array[]): Point[] {
  const [first, last] = [vectors[0]!, vectors.at(-1)!];
  const length = lengthOf(first) || 1;
  const along = (vector: Float32Array) => dot(vector, first) / length;
  const rest = last.map((value, i) => value - (along(last) * first[i]!) / length);
  const side = lengthOf(rest) || 1;
  return vectors.map(vector => [along(vector), dot(vector, rest) / side]);
}

/** Where the origin lies and how large a unit is, so that all points fit. */
function placed(points: readonly Point[]): [origin: Point, scale: number] {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right] = [Math.min(0, ...xs), Math.max(0, ...xs)];
  const [low, high] = [Math.min(0, ...ys), Math.max(0, ...ys)];
  const scale = Math.min((width - 2 * margin) / (right - left || 1), (height - 2 * margin) / (high - low || 1));
  return [[margin - left * scale, height - margin + low * scale], scale];
}

/** A line with a head. */
function arrowPath([fromX, fromY]: Point, [toX, toY]: Point): string {
  const turn = Math.atan2(toY - fromY, toX - fromX);
  const [one, other] = [turn + 2.7, turn - 2.7].map(
    angle => `${toX + 8 * Math.cos(angle)} ${toY + 8 * Math.sin(angle)}`,
  );
  return `M${fromX} ${fromY}L${toX} ${toY}M${one}L${toX} ${toY}L${other}`;
}

import type { Mark } from './map-drawing.js';

/** How coordinates become pixels of the screen. */
export interface Screen {
  /** Projection times view matrix, column-major. */
  readonly matrix: readonly number[];
  /** The factor of the third axis: 0 in the plane. */
  readonly depth: number;
  readonly width: number;
  readonly height: number;
}

/** Points that must be visible, and their centre. */
export interface Bounds {
  readonly centre: readonly number[];
  readonly points: readonly (readonly number[])[];
}

/** Projects a point [3] to pixels from the upper left. */
export function projectPoint(
  [x = 0, y = 0, z = 0]: ArrayLike<number> & Iterable<number>,
  screen: Screen,
): [number, number] {
  const { matrix: m, depth, width, height } = screen;
  const deep = z * depth;
  const right = m[0]! * x + m[4]! * y + m[8]! * deep + m[12]!;
  const up = m[1]! * x + m[5]! * y + m[9]! * deep + m[13]!;
  return [((right + 1) / 2) * width, ((1 - up) / 2) * height];
}

/** Projects a row of points [rows, 3]. */
export function projectRow(points: Float32Array, row: number, screen: Screen): [number, number] {
  return projectPoint(points.subarray(3 * row, 3 * row + 3), screen);
}

/** The row nearest to a pixel, within 14 pixels. */
export function nearestPoint(points: Float32Array, screen: Screen, x: number, y: number): number | undefined {
  const { matrix: m, depth, width, height } = screen;
  let best = 14 ** 2;
  let nearest: number | undefined;
  for (let at = 0; at < points.length; at += 3) {
    const [a, b, c] = [points[at]!, points[at + 1]!, points[at + 2]! * depth];
    const right = ((m[0]! * a + m[4]! * b + m[8]! * c + m[12]! + 1) / 2) * width - x;
    const down = ((1 - (m[1]! * a + m[5]! * b + m[9]! * c + m[13]!)) / 2) * height - y;
    const distance = right * right + down * down;
    if (distance < best) {
      best = distance;
      nearest = at / 3;
    }
  }
  return nearest;
}

/** A word to be written on the map. */
export interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** The most frequent visible words that leave space for each other and for the marked words. */
export function visibleWords(
  points: Float32Array,
  words: readonly string[],
  screen: Screen,
  marks: readonly Mark[],
): Label[] {
  const maxLabels = Math.round(Math.min(26, (screen.width * screen.height) / 16_000));
  const occupied: [number, number][] = marks.map(({ row }) => projectRow(points, row, screen));
  const markedRows = new Set(marks.map(({ row }) => row));
  const labels: Label[] = [];
  for (let row = 0; row < words.length && labels.length < maxLabels; row++) {
    if (markedRows.has(row) || !/^\p{L}{2,}/u.test(words[row]!)) continue;
    const [x, y] = projectRow(points, row, screen);
    if (x < 8 || y < 12 || x > screen.width - 60 || y > screen.height - 8) continue;
    if (occupied.some(([a, b]) => Math.abs(a - x) < 92 && Math.abs(b - y) < 26)) continue;
    occupied.push([x, y]);
    labels.push({ text: words[row]!, x, y });
  }
  return labels;
}

/** The bounds of the words of an expression, its answer and its arrows; other neighbours may be outside. */
export function boundsOf({
  points,
  marks,
  arrows,
}: {
  readonly points: Float32Array;
  readonly marks: readonly Mark[];
  readonly arrows: readonly { readonly from: readonly number[]; readonly to: readonly number[] }[];
}): Bounds {
  const corners = [
    ...marks.filter(({ kind }) => kind !== 'neighbour').map(({ row }) => [...points.subarray(3 * row, 3 * row + 3)]),
    ...arrows.flatMap(({ from, to }) => [from, to]),
  ];
  if (corners.length === 0) return { centre: [0, 0, 0], points: [[1, 1, 1]] };
  const ends = [0, 1, 2].map(k => {
    const values = corners.map(all => all[k]!);
    return [Math.min(...values), Math.max(...values)] as const;
  });
  const centre = ends.map(([low, high]) => (low + high) / 2);
  return { centre, points: corners };
}

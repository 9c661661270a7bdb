import type { PlanePoint } from './plane.js';
import type { Settings } from './settings.js';

/** Parses points of the address: `x,y` or `x,y,class`, separated by spaces; undefined if the text is something else. */
export function pointsFrom(text: string): PlanePoint[] | undefined {
  const rows = text
    .trim()
    .split(/\s+/)
    .map(row => row.split(',').map(Number));
  const fits = rows.length >= 2 && rows.every(row => row.length >= 2 && row.length <= 3 && row.every(Number.isFinite));
  if (!fits) return undefined;
  return rows.map(([x, y, kind]) => ({ x: x!, y: y!, ...(kind !== undefined && { kind: Math.sign(kind) || 1 }) }));
}

/** The text of points for the address. */
export function textOf(points: readonly PlanePoint[]): string {
  return points.map(({ x, y, kind }) => [x, y, ...(kind === undefined ? [] : [kind])].join(',')).join(' ');
}

const spread = (count: number) => Array.from({ length: count }, (_, i) => i);
const round = (value: number) => Math.round(value * 100) / 100;
/** A small offset that looks random and is always the same. */
const jitter = (i: number) => 0.35 * Math.sin(12.9898 * i * i + 4.1 * i);

/** Points that a straight line does not fit. */
export const shapes: Readonly<Record<Settings['shape'], () => PlanePoint[]>> = {
  wave: () =>
    spread(15).map(i => {
      const x = -4.5 + (9 * i) / 14;
      return { x: round(x), y: round(2.2 * Math.sin(1.1 * x) + jitter(i)) };
    }),
  step: () =>
    spread(14).map(i => {
      const x = -4.5 + (9 * i) / 13;
      return { x: round(x), y: round((x < 0 ? -2 : 2) + 0.6 * jitter(i)) };
    }),
  xor: () =>
    spread(20).map(i => {
      const [right, up] = [i % 2 ? 1 : -1, Math.floor(i / 2) % 2 ? 1 : -1];
      const [x, y] = [right * (2.4 + 4 * jitter(i)), up * (2 + 3 * jitter(i + 20))];
      return { x: round(x), y: round(y), kind: right * up };
    }),
  rings: () =>
    spread(24).map(i => {
      const [inner, angle] = [i % 2 === 0, (Math.PI * i) / 12];
      const radius = (inner ? 1 : 3) + jitter(i);
      return { x: round(1.2 * radius * Math.cos(angle)), y: round(radius * Math.sin(angle)), kind: inner ? 1 : -1 };
    }),
};

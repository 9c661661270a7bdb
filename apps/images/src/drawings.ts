import type { FlatStroke as Stroke } from '@residual/appkit';

/** A drawing to try. */
export interface Drawing {
  readonly name: string;
  readonly strokes: readonly Stroke[];
}

/** Points on an ellipse from one angle to another, in turns. */
const arc = (x: number, y: number, width: number, height: number, from = 0, to = 1): Stroke =>
  Array.from({ length: 25 }, (_, i) => {
    const angle = 2 * Math.PI * (from + ((to - from) * i) / 24);
    return [x + width * Math.cos(angle), y + height * Math.sin(angle)];
  }).flat();

const rays = Array.from({ length: 8 }, (_, i): Stroke => {
  const [x, y] = [Math.cos((Math.PI * i) / 4), Math.sin((Math.PI * i) / 4)];
  return [0.5 + 0.27 * x, 0.5 + 0.27 * y, 0.5 + 0.43 * x, 0.5 + 0.43 * y];
});

/** Drawings that come with the page. */
export const drawings: readonly Drawing[] = [
  {
    name: 'house',
    strokes: [
      [0.2, 0.45, 0.2, 0.85, 0.8, 0.85, 0.8, 0.45],
      [0.12, 0.5, 0.5, 0.14, 0.88, 0.5],
      [0.42, 0.85, 0.42, 0.6, 0.58, 0.6, 0.58, 0.85],
    ],
  },
  { name: 'sun', strokes: [arc(0.5, 0.5, 0.2, 0.2), ...rays] },
  {
    name: 'fish',
    strokes: [arc(0.42, 0.5, 0.3, 0.19), [0.71, 0.5, 0.9, 0.34, 0.9, 0.66, 0.71, 0.5], arc(0.26, 0.46, 0.02, 0.02)],
  },
  {
    name: 'umbrella',
    strokes: [
      arc(0.5, 0.5, 0.38, 0.36, 0.5, 1),
      [0.12, 0.5, 0.88, 0.5],
      [0.5, 0.5, 0.5, 0.82],
      arc(0.44, 0.82, 0.06, 0.07, 0, 0.5),
    ],
  },
];

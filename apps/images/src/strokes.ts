import type { FlatStroke as Stroke } from '@residual/appkit';

/** Strokes in the middle, so large that the longer side takes 86 % of the picture, as in the drawings of training. */
export function centredStrokes(strokes: readonly Stroke[]): Stroke[] {
  const [xs, ys] = [0, 1].map(axis => strokes.flatMap(stroke => stroke.filter((_, i) => i % 2 === axis)));
  const range = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const;
  const [[left, right], [top, bottom]] = [range(xs!), range(ys!)];
  const scale = 0.86 / Math.max(right - left, bottom - top, 0.05);
  const middle = [(left + right) / 2, (top + bottom) / 2];
  return strokes.map(stroke => stroke.map((value, i) => 0.5 + (value - middle[i % 2]!) * scale));
}

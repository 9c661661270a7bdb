import { type FlatStroke, strokesFrom, strokesText } from '@residual/appkit';
import type { Drawing, Point } from '@residual/vision';

/** Strokes in cells of a grid as a text for an address. Whole cells come back exactly, points between them nearly. */
export function cellsText(drawing: Drawing, grid: number): string {
  const last = grid - 1;
  const within = (value: number) => Math.min(1, Math.max(0, value / last));
  return strokesText(drawing.map((stroke): FlatStroke => stroke.flat().map(within)));
}

/** The strokes of such a text in cells; empty if it is none. */
export function cellsFrom(text: string, grid: number): Drawing {
  const last = grid - 1;
  return strokesFrom(text).map(stroke =>
    Array.from({ length: stroke.length / 2 }, (_, i): Point => [stroke[2 * i]! * last, stroke[2 * i + 1]! * last]),
  );
}

import type { DrawStep } from '@residual/model';
import type { Drawing, Point, StrokeTokenizer, StrokeTokenKind } from '@residual/vision';

/** What the pen may do next, and how likely it is. */
export interface PenChoice {
  readonly kind: StrokeTokenKind;
  /** Where it goes; absent if it is lifted or the drawing ends. */
  readonly point?: Point;
  readonly probability: number;
}

/** A token of a drawing, and what the model considered in its place. */
export interface Moment {
  readonly token: number;
  readonly kind: StrokeTokenKind;
  readonly choices: readonly PenChoice[];
}

/** A step of `draw`, in cells. */
export function momentOf({ token, kind, topLogprobs }: DrawStep, strokes: StrokeTokenizer): Moment {
  const choices = topLogprobs.map(({ token: considered, probability }): PenChoice => {
    const [[point] = []] = strokes.decode([considered]);
    return { kind: strokes.kindOf(considered), ...(point && { point }), probability };
  });
  return { token, kind, choices };
}

/** The pen behind some moments. */
export interface Pen {
  readonly strokes: Drawing;
  /** Where it was last; undefined before the first point. */
  readonly point: Point | undefined;
  /** Whether it is on the paper. */
  readonly isDown: boolean;
}

/** What the first `count` moments have drawn, and where the pen is then. */
export function penAt(moments: readonly Moment[], count: number, strokes: StrokeTokenizer): Pen {
  const until = moments.slice(0, count);
  const drawn = strokes.decode(until.map(({ token }) => token));
  return { strokes: drawn, point: drawn.at(-1)?.at(-1), isDown: until.at(-1)?.kind === 'point' };
}

/** How likely the pen goes on, is lifted, or the drawing ends, as far as it was considered. */
export function sharesOf(choices: readonly PenChoice[]): Readonly<Record<'point' | 'up' | 'end', number>> {
  const sum = (kind: StrokeTokenKind) =>
    choices.reduce((total, choice) => total + (choice.kind === kind ? choice.probability : 0), 0);
  return { point: sum('point'), up: sum('up'), end: sum('end') };
}

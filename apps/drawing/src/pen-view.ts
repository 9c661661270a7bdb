import { arrowDirection, type CanvasPoint, mostPoints, penEvents } from '@residual/appkit';
import type { Drawing, Point } from '@residual/vision';

/** The pen of the visitor. */
export interface VisitorPen {
  /** Where the keyboard holds it; undefined while the paper is not focused. */
  readonly cursor: Point | undefined;
}

/** The drawing on which the visitor draws. */
export interface PenPage {
  readonly grid: () => number;
  /** A point of the canvas, from 0 to 1, in cells. */
  readonly cellAt: (point: CanvasPoint) => Point;
  /** Takes the pen from the model: what is shown stays, and is returned. */
  readonly take: () => Drawing;
  /** Shows what is drawn so far; undefined while the visitor's pen is not on the paper. */
  readonly show: (strokes: Drawing | undefined) => void;
  /** Called when the pen is lifted, with all strokes. */
  readonly lifted: (strokes: Drawing) => void;
}

/** The least distance between two points of a stroke, in cells. */
const leastStep = 0.4;

/**
 * Lets the visitor draw on a canvas, also while the model draws: with mouse, finger or pen, or by keyboard, where arrow
 * keys move the pen by a cell, with Shift by four, and Space puts it down and lifts it.
 */
export function visitorPen(canvas: HTMLCanvasElement, { grid, cellAt, take, show, lifted }: PenPage): VisitorPen {
  let strokes: Drawing = [];
  let stroke: Point[] | undefined; // while the pen is on the paper
  let cursor: Point | undefined;
  const all = (): Drawing => (stroke ? [...strokes, stroke] : strokes);
  const begin = (point: Point): boolean => {
    strokes = take();
    const count = strokes.reduce((sum, { length }) => sum + length, 0);
    if (count >= mostPoints) return false; // the paper is full
    stroke = [point];
    show(all());
    return true;
  };
  const add = (points: readonly Point[]) => {
    if (!stroke) return;
    const space = mostPoints - strokes.reduce((sum, { length }) => sum + length, stroke.length);
    for (const point of points.slice(0, space)) {
      const [x, y] = stroke.at(-1)!;
      if (Math.hypot(point[0] - x, point[1] - y) >= leastStep) stroke.push(point);
    }
    show(all());
  };
  const lift = () => {
    if (!stroke) return;
    strokes = all();
    stroke = undefined;
    lifted(strokes);
  };
  penEvents(canvas, {
    begin: point => {
      lift();
      return begin(cellAt(point));
    },
    move: points => add(points.map(cellAt)),
    end: lift,
  });
  const moveCursor = (next: Point | undefined) => {
    cursor = next;
    if (stroke && next) add([next]);
    else show(undefined);
  };
  canvas.addEventListener('focus', () => {
    if (!canvas.matches(':focus-visible')) return;
    const middle = Math.floor(grid() / 2);
    moveCursor(cursor ?? [middle, middle]);
  });
  canvas.addEventListener('blur', () => {
    lift();
    moveCursor(undefined);
  });
  canvas.addEventListener('keydown', event => {
    const direction = arrowDirection(event.key);
    if (!direction && event.key !== ' ' && event.key !== 'Escape') return;
    if (event.key !== 'Escape') event.preventDefault();
    const last = grid() - 1;
    const [x, y] = cursor ?? [Math.floor(grid() / 2), Math.floor(grid() / 2)];
    if (direction) {
      const step = event.shiftKey ? 4 : 1;
      const within = (value: number) => Math.min(last, Math.max(0, value));
      moveCursor([within(x + step * direction[0]), within(y - step * direction[1])]);
    } else if (stroke) lift();
    else if (event.key === ' ') {
      cursor = [x, y];
      begin(cursor);
    }
  });
  return {
    get cursor() {
      return cursor;
    },
  };
}

import { type CanvasPoint, fitCanvas, mostPoints, penEvents, type FlatStroke as Stroke } from '@residual/appkit';
import { drawStrokes } from './drawn.js';

/** A sheet of paper to draw on with mouse, finger or pen. */
export interface DrawingPad {
  readonly strokes: readonly Stroke[];
  set(strokes: readonly Stroke[]): void;
}

/** The least distance of two points, as a share of the side: about that of two letters of the address. */
const leastStep = 1 / 64;

/** Wires a canvas; `changed` is called while one draws, `finished` at the end of each stroke. */
export function drawingPad(
  canvas: HTMLCanvasElement,
  { changed, finished }: { readonly changed: () => void; readonly finished: () => void },
): DrawingPad {
  let strokes: number[][] = [];
  const paint = () => {
    const { clientWidth: side } = canvas;
    if (side === 0) return;
    const context = fitCanvas(canvas, { width: side, height: side }, devicePixelRatio);
    context.strokeStyle = '#000';
    drawStrokes(context, strokes, side);
  };
  const count = () => strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0);
  const add = ([x, y]: CanvasPoint) => {
    const stroke = strokes.at(-1)!;
    const [lastX = -1, lastY = -1] = stroke.slice(-2);
    if (Math.hypot(x - lastX, y - lastY) > leastStep && count() < mostPoints) stroke.push(x, y);
  };
  const draw = (points: readonly CanvasPoint[]) => {
    for (const point of points) add(point);
    paint();
    changed();
  };
  penEvents(canvas, {
    begin: point => {
      if (count() >= mostPoints) return false; // the paper is full
      strokes.push([]);
      draw([point]);
      return true;
    },
    move: draw,
    end: finished,
  });
  new ResizeObserver(paint).observe(canvas);
  return {
    get strokes() {
      return strokes;
    },
    set: next => {
      strokes = next.map(stroke => [...stroke]);
      paint();
    },
  };
}

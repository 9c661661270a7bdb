import { fitCanvas } from '@residual/appkit';
import { drawStrokes } from './drawn.js';
import { mostPoints, type Stroke } from './strokes.js';

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
  let pointer: number | undefined; // of the one that draws
  const paint = () => {
    const { clientWidth: side } = canvas;
    if (side === 0) return;
    const context = fitCanvas(canvas, { width: side, height: side }, devicePixelRatio);
    context.strokeStyle = '#000';
    drawStrokes(context, strokes, side);
  };
  const count = () => strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0);
  const add = (event: PointerEvent) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const within = (value: number) => Math.min(1, Math.max(0, value));
    const [x, y] = [within((event.clientX - left) / width), within((event.clientY - top) / height)];
    const stroke = strokes.at(-1)!;
    const [lastX = -1, lastY = -1] = stroke.slice(-2);
    if (Math.hypot(x - lastX, y - lastY) > leastStep && count() < mostPoints) stroke.push(x, y);
  };
  canvas.addEventListener('pointerdown', event => {
    if (pointer !== undefined || event.button !== 0) return;
    event.preventDefault();
    if (count() >= mostPoints) return; // the paper is full
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    strokes.push([]);
    add(event);
    paint();
    changed();
  });
  canvas.addEventListener('pointermove', event => {
    if (event.pointerId !== pointer) return;
    const all = event.getCoalescedEvents();
    for (const each of all.length > 0 ? all : [event]) add(each);
    paint();
    changed();
  });
  for (const end of ['pointerup', 'pointercancel'] as const)
    canvas.addEventListener(end, event => {
      if (event.pointerId !== pointer) return;
      pointer = undefined;
      finished();
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

import { type CanvasPoint, colourOf, fitCanvas, onColourScheme } from '@residual/appkit';
import { type Drawing, drawOnCanvas, type Point, placeDrawing } from '@residual/vision';
import type { Pen, PenChoice } from './moments.js';

/** What lies on the paper, in cells. */
export interface Layers {
  /** The strokes that were there before the model went on. */
  readonly begun: Drawing;
  /** The strokes of the model. */
  readonly drawn: Drawing;
  /** The pen of the model, if it is on the way. */
  readonly pen?: Pick<Pen, 'point' | 'isDown'>;
  /** What the pen may do next. */
  readonly choices?: readonly PenChoice[];
  /** Where the keyboard holds the pen of the visitor. */
  readonly cursor?: Point | undefined;
  /** Points that are marked, the more the larger their share, such as those that attention looks at. */
  readonly marks?: readonly { readonly point: Point; readonly share: number }[] | undefined;
}

/** A canvas as a square of cells. */
export interface Paper {
  show(layers: Layers): void;
  /** A point of the canvas, from 0 to 1, in cells of the grid. */
  cellAt(point: CanvasPoint): Point;
}

/** The width of a line as a share of the side. */
const lineShare = 1 / 60;

/** The side of the paper where its size is not known, as in a hidden page. */
const leastSide = 16;

/** Draws on a canvas of `grid` x `grid` cells on a canvas. */
export function paperOn(canvas: HTMLCanvasElement, grid: () => number): Paper {
  let layers: Layers = { begun: [], drawn: [] };
  const optionsOf = (size: number) => {
    const box = { left: 0, top: 0, width: grid() - 1, height: grid() - 1 };
    return { size, box, lineWidth: size * lineShare };
  };
  const paint = () => {
    const side = Math.max(leastSide, Math.floor(canvas.clientWidth));
    const context = fitCanvas(canvas, { width: side, height: side }, devicePixelRatio);
    const options = optionsOf(side);
    const [accent, ink, mark] = ['--residual-accent', '--residual-ink', '--mark'].map(name =>
      colourOf(canvas.parentElement!, name),
    );
    const place = (point: Point) => placeDrawing([[point]], options)[0]![0]!;
    drawCloud(context, layers, place, { side, colour: accent! });
    drawMarks(context, layers, place, { side, colour: mark! });
    context.globalAlpha = 1;
    context.strokeStyle = accent!;
    drawOnCanvas(context, layers.begun, options);
    context.strokeStyle = ink!;
    drawOnCanvas(context, layers.drawn, options);
    const { pen, cursor } = layers;
    if (pen?.point) drawPen(context, place(pen.point), side, { isDown: pen.isDown, colour: accent! });
    if (cursor) drawCursor(context, place(cursor), side, ink!);
  };
  new ResizeObserver(paint).observe(canvas);
  onColourScheme(paint);
  return {
    show: next => {
      layers = next;
      paint();
    },
    cellAt: ([x, y]) => {
      const last = grid() - 1;
      const [[from, to]] = placeDrawing(
        [
          [
            [0, 0],
            [last, last],
          ],
        ],
        optionsOf(1000),
      ) as [[Point, Point]];
      const cell = (value: number) =>
        Math.min(last, Math.max(0, ((1000 * value - from[0]) / (to[0] - from[0])) * last));
      return [cell(x), cell(y)];
    },
  };
}

interface Look {
  readonly side: number;
  readonly colour: string;
}

/** Draws the next points that are considered: the area of a disc is its probability. */
function drawCloud(
  context: CanvasRenderingContext2D,
  { choices = [] }: Layers,
  place: (point: Point) => Point,
  { side, colour }: Look,
): void {
  context.fillStyle = colour;
  context.globalAlpha = 0.35;
  for (const { point, probability } of choices) {
    if (!point) continue;
    const [x, y] = place(point);
    context.beginPath();
    context.arc(x, y, Math.max(1, 0.075 * side * Math.sqrt(probability)), 0, 2 * Math.PI);
    context.fill();
  }
}

/** Draws a halo around each marked point: the more it counts, the darker. */
function drawMarks(
  context: CanvasRenderingContext2D,
  { marks = [] }: Layers,
  place: (point: Point) => Point,
  { side, colour }: Look,
): void {
  context.fillStyle = colour;
  for (const { point, share } of marks) {
    const [x, y] = place(point);
    context.globalAlpha = Math.min(1, share);
    context.beginPath();
    context.arc(x, y, side / 28, 0, 2 * Math.PI);
    context.fill();
  }
}

/** Draws the pen of the model: a disc while it is on the paper, a ring above it. */
function drawPen(
  context: CanvasRenderingContext2D,
  [x, y]: Point,
  side: number,
  { isDown, colour }: { readonly isDown: boolean; readonly colour: string },
): void {
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = side / 200;
  context.beginPath();
  context.arc(x, y, side / (isDown ? 60 : 45), 0, 2 * Math.PI);
  if (isDown) context.fill();
  else context.stroke();
}

/** Draws the pen of the visitor who draws by keyboard: a cross. */
function drawCursor(context: CanvasRenderingContext2D, [x, y]: Point, side: number, colour: string): void {
  const reach = side / 40;
  context.strokeStyle = colour;
  context.lineWidth = side / 250;
  context.beginPath();
  for (const [right, down] of [
    [reach, 0],
    [0, reach],
  ] as const) {
    context.moveTo(x - right, y - down);
    context.lineTo(x + right, y + down);
  }
  context.stroke();
}

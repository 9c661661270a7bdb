import { fitCanvas } from '@residual/appkit';
import type { Colours } from './map-colours.js';
import { type Label, projectPoint, projectRow, type Screen } from './map-projection.js';

/** A word that is marked on the map. */
export interface Mark {
  readonly row: number;
  readonly kind: 'term' | 'answer' | 'neighbour';
}

/** An arrow from one point [3] to another. */
export interface Arrow {
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** `step` is the step between two words, `same` the same step elsewhere, `near` leads to the nearest word. */
  readonly kind: 'step' | 'same' | 'near';
}

/** The content that is drawn above the cloud. */
export interface Drawing {
  readonly title: string;
  readonly words: readonly string[];
  readonly points: Float32Array;
  readonly marks: readonly Mark[];
  readonly arrows: readonly Arrow[];
}

const fonts = { small: '400 11px', usual: '500 13px', strong: '650 15px' };
const family = '"Inter Variable", system-ui, sans-serif';

/** Draws arrows, marked words and labels onto a canvas. */
export function drawOver(
  canvas: HTMLCanvasElement,
  { words, points, marks, arrows }: Drawing,
  screen: Screen & { readonly ratio: number },
  colours: Colours,
  labels: readonly Label[],
  pointed: number | undefined,
): void {
  const context = fitCanvas(canvas, screen, screen.ratio);
  const write = (text: string, x: number, y: number, font: string, colour: string) => {
    context.font = `${font} ${family}`;
    context.lineJoin = 'round';
    context.lineWidth = 4;
    context.strokeStyle = colours.paper;
    context.globalAlpha *= 0.9;
    context.strokeText(text, x, y);
    context.globalAlpha = 1;
    context.fillStyle = colour;
    context.fillText(text, x, y);
  };
  const dot = (x: number, y: number, radius: number, colour: string) => {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = colours.paper;
    context.stroke();
  };

  for (const { text, x, y } of labels) write(text, x + 5, y + 4, fonts.small, colours.muted);
  for (const { from, to, kind } of arrows) {
    const colour = kind === 'step' ? colours.ink : colours.accent;
    line(context, projectPoint(from, screen), projectPoint(to, screen), colour, kind === 'near');
  }
  // Dots first, then words. The words of the expression are placed first; a neighbour without space keeps its dot.
  const spots = marks.map(({ row, kind }) => ({ word: words[row]!, kind, at: projectRow(points, row, screen) }));
  for (const { kind, at } of spots.toReversed())
    dot(...at, kind === 'neighbour' ? 3.5 : 5.5, kind === 'term' ? colours.ink : colours.accent);
  const occupied: Box[] = [
    ...spots.map(({ at: [x, y] }): Box => [x - 5, y - 5, x + 5, y + 5]),
    ...arrows.flatMap(({ from, to }) => along(projectPoint(from, screen), projectPoint(to, screen))),
  ];
  for (const { word, kind, at } of spots) {
    const font = kind === 'neighbour' ? fonts.usual : fonts.strong;
    context.font = `${font} ${family}`;
    const box = labelBox(at, context.measureText(word).width, screen, occupied, kind !== 'neighbour');
    if (!box) continue;
    occupied.push(box);
    write(word, box[0], box[3] - 4, font, kind === 'answer' ? colours.accent : colours.ink);
  }
  if (pointed !== undefined && pointed < words.length) {
    const [x, y] = projectRow(points, pointed, screen);
    context.beginPath();
    context.arc(x, y, 8, 0, 2 * Math.PI);
    context.lineWidth = 2;
    context.strokeStyle = colours.accent;
    context.stroke();
    write(words[pointed]!, x + 12, y - 8, fonts.usual, colours.ink);
  }
}

/** Small boxes along a line, so that no word is written over it. */
function along([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): Box[] {
  const count = Math.min(60, Math.ceil(Math.hypot(x2 - x1, y2 - y1) / 14));
  return Array.from({ length: count }, (_, i): Box => {
    const [x, y] = [x1 + ((x2 - x1) * (i + 0.5)) / count, y1 + ((y2 - y1) * (i + 0.5)) / count];
    return [x - 4, y - 4, x + 4, y + 4];
  });
}

/** Left, top, right, bottom. */
type Box = readonly [number, number, number, number];

/**
 * The box of a label beside its dot: right, left, above or below, whichever is free; if none is free, the right
 * side if a label is required.
 */
function labelBox(
  [x, y]: readonly [number, number],
  width: number,
  screen: Screen,
  occupied: readonly Box[],
  isRequired: boolean,
): Box | undefined {
  const corners = [
    [x + 10, y - 10],
    [x - 10 - width, y - 10],
    [x - width / 2, y - 28],
    [x - width / 2, y + 9],
  ] as const;
  const boxes = corners.map(([left, top]): Box => [left, top, left + width, top + 19]);
  const overlaps = (box: Box) =>
    occupied.some(other => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
  const inside = (box: Box) => box[0] > 2 && box[1] > 2 && box[2] < screen.width - 2 && box[3] < screen.height - 2;
  return boxes.find(box => inside(box) && !overlaps(box)) ?? (isRequired ? boxes[0] : undefined);
}

function line(
  context: CanvasRenderingContext2D,
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  colour: string,
  dotted: boolean,
): void {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (length < 6) return;
  const [x, y] = [(x2 - x1) / length, (y2 - y1) / length];
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = dotted ? 1.5 : 2.25;
  context.setLineDash(dotted ? [2, 4] : []);
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2 - x * (dotted ? 0 : 9), y2 - y * (dotted ? 0 : 9));
  context.stroke();
  context.setLineDash([]);
  if (dotted) return;
  context.beginPath();
  context.moveTo(x2, y2);
  context.lineTo(x2 - x * 13 - y * 5, y2 - y * 13 + x * 5);
  context.lineTo(x2 - x * 13 + y * 5, y2 - y * 13 - x * 5);
  context.fill();
}

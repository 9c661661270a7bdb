import { fitCanvas, fontFamily, Pen } from '@residual/appkit';
import type { Colours } from './map-colours.js';
import { type Box, boxesAlong, labelBox } from './map-labels.js';
import type { Moment } from './map-motion.js';
import { type Label, projectPoint, projectRow, type Screen } from './map-projection.js';

/** A word that is marked on the map. */
export interface Mark {
  readonly row: number;
  readonly kind: 'term' | 'answer' | 'neighbour' | 'family';
  /** The index of its family, which has a colour. */
  readonly family?: number;
}

/** An arrow from one point [3] to another. */
export interface Arrow {
  readonly from: readonly number[];
  readonly to: readonly number[];
  /**
   * `step` is the step between two words, `same` the same step elsewhere, `near` leads to the nearest word, `trace`
   * shows where an arrow has come from, and `family` is the step of one of many pairs.
   */
  readonly kind: 'step' | 'same' | 'near' | 'trace' | 'family';
  readonly family?: number;
}

/** The content that is drawn above the cloud. */
export interface Drawing {
  readonly title: string;
  readonly words: readonly string[];
  readonly points: Float32Array;
  readonly marks: readonly Mark[];
  readonly arrows: readonly Arrow[];
}

/** A drawing with what is shown of it. */
export interface DrawingNow extends Drawing {
  readonly moment: Moment;
  /** Frequent words. */
  readonly labels: readonly Label[];
  /** The row of the word under the pointer. */
  readonly pointed: number | undefined;
}

const fonts = { small: '400 11px', usual: '500 13px', strong: '650 15px' };

/** Draws arrows, marked words and labels onto a canvas. */
export function drawOver(
  canvas: HTMLCanvasElement,
  drawing: DrawingNow,
  screen: Screen & { readonly ratio: number },
  colours: Colours,
): void {
  const { words, points, moment, labels, pointed } = drawing;
  const pen = new Pen(fitCanvas(canvas, screen, screen.ratio), colours.paper);
  for (const { text, x, y } of labels) pen.write(text, x + 5, y + 4, fonts.small, colours.muted);
  for (const { from, to, kind, family } of moment.arrows) {
    const isDotted = kind === 'near' || kind === 'trace';
    const width = isDotted ? 1.5 : kind === 'family' ? 1.75 : 2.5;
    const colour = { step: colours.ink, trace: colours.muted, family: colours.families[family ?? 0]! }[kind as 'step'];
    pen.line(projectPoint(from, screen), projectPoint(to, screen), colour ?? colours.accent, { width, isDotted });
  }
  drawMarks(pen, drawing, screen, colours);
  if (pointed !== undefined && pointed < words.length) {
    const [x, y] = projectRow(points, pointed, screen);
    pen.ring(x, y, 8, colours.accent);
    pen.write(words[pointed]!, x + 12, y - 8, fonts.usual, colours.ink);
  }
}

/**
 * Draws dots, then words. The words of the expression are placed first; a neighbour without space keeps its dot. The
 * answer looks like a neighbour until it lights up.
 */
function drawMarks(pen: Pen, { words, points, marks, arrows, moment }: DrawingNow, screen: Screen, colours: Colours) {
  const spots = marks.map(({ row, kind, family }) => ({
    word: words[row]!,
    isMain: kind === 'term' || (kind === 'answer' && moment.light > 0),
    isRequired: kind === 'term' || kind === 'answer',
    isAnswer: kind === 'answer',
    colour: kind === 'family' ? colours.families[family!]! : kind === 'term' ? colours.ink : colours.accent,
    at: projectRow(points, row, screen),
  }));
  for (const { isMain, isAnswer, colour, at } of spots.toReversed()) {
    const radius = isMain ? 5.5 : 3.5;
    pen.dot(...at, radius + (isAnswer ? 3 * Math.sin(Math.PI * moment.light) : 0), colour);
    if (isAnswer && moment.light > 0 && moment.light < 1)
      pen.ring(...at, 8 + 26 * moment.light, colour, 1 - moment.light);
  }
  const occupied: Box[] = [
    ...spots.map(({ at: [x, y] }): Box => [x - 5, y - 5, x + 5, y + 5]),
    ...arrows.flatMap(({ from, to }) => boxesAlong(projectPoint(from, screen), projectPoint(to, screen))),
  ];
  for (const { word, isMain, isRequired, isAnswer, at } of spots) {
    const font = isMain ? fonts.strong : fonts.usual;
    pen.context.font = `${font} ${fontFamily}`;
    const box = labelBox(at, pen.context.measureText(word).width, screen, occupied, isRequired);
    if (!box) continue;
    occupied.push(box);
    pen.write(word, box[0], box[3] - 4, font, isAnswer && isMain ? colours.accent : colours.ink);
  }
}

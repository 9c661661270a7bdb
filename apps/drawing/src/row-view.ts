import { byId, make, makeSvg } from '@residual/appkit';
import type { DrawOptions, MixedWords } from '@residual/model';
import { type Drawing, drawingToPath } from '@residual/vision';
import type { Session } from './session.js';

/** A drawing of a row: what is drawn and how, and its caption. */
export interface RowItem {
  readonly words: string | MixedWords;
  readonly options: DrawOptions;
  readonly caption: string;
}

/** The side of a small picture, in its own unit. */
const side = 120;

/** A drawing in cells as a small picture. */
export function thumbnail(drawing: Drawing, grid: number, label: string): SVGElement {
  const box = { left: 0, top: 0, width: grid - 1, height: grid - 1 };
  const svg = makeSvg('svg', { viewBox: `0 0 ${side} ${side}`, role: 'img', 'aria-label': label, class: 'thumbnail' });
  svg.append(makeSvg('path', { d: drawingToPath(drawing, { size: side, lineWidth: 3, box }) }));
  return svg;
}

/** Draws one item after the other into the list with this id, each as soon as it is there. */
export async function drawRow(
  id: string,
  { model, strokes }: Session,
  items: readonly RowItem[],
  signal: AbortSignal,
): Promise<void> {
  const place = byId(id);
  place.replaceChildren();
  for (const { words, options, caption } of items) {
    const { drawing } = await model.draw(words as string, { ...options, signal }).result();
    signal.throwIfAborted();
    place.append(make('li', {}, thumbnail(drawing, strokes.grid, caption), make('span', {}, caption)));
  }
}

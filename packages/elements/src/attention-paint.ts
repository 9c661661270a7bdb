import { firstQuery, type Layout, unmaskedKeys } from './attention-layout.js';
import { type Colour, colourOf, contrast, over } from './contrast.js';

/** The colours and the font of a map, as CSS values. */
export interface Theme {
  readonly accent: string;
  readonly ink: string;
  readonly paper: string;
  readonly line: string;
  readonly font: string;
}

/** The content of a map: weights [queryLen, keyLen] and the labels at its sides. */
export interface Picture {
  readonly data: ArrayLike<number>;
  readonly queries: readonly string[];
  readonly keys: readonly string[];
}

/** The opacity of a weight: its square root, so that the small weights of long texts are visible. */
export function shadeOf(weight: number): number {
  return Math.sqrt(Math.min(Math.max(weight, 0), 1));
}

/** Paints a map into a canvas at the resolution of the screen. */
export function paint(canvas: HTMLCanvasElement, layout: Layout, picture: Picture, theme: Theme, ratio: number): void {
  const { cell, left, top, width, height, queryLen, keyLen } = layout;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d')!;
  context.scale(ratio, ratio);
  const gap = cell >= 8 ? 1 : 0;
  for (let query = 0; query < queryLen; query++) {
    const y = top + query * cell;
    context.globalAlpha = 0.5;
    context.fillStyle = theme.line;
    if (gap)
      for (let key = 0; key < unmaskedKeys(layout, query); key++)
        context.fillRect(left + key * cell, y, cell - gap, cell - gap);
    else context.fillRect(left, y, unmaskedKeys(layout, query) * cell, cell);
    context.fillStyle = theme.accent;
    for (let key = 0; key < unmaskedKeys(layout, query); key++) {
      context.globalAlpha = shadeOf(picture.data[query * keyLen + key]!);
      context.fillRect(left + key * cell, y, cell - gap, cell - gap);
    }
  }
  context.globalAlpha = 1;
  if (layout.labelled) writeLabels(context, layout, picture, theme);
  if (cell >= minNumberedCell) writeNumbers(context, layout, picture, theme);
}

/** Cells of at least this size, in pixels, show their weights as numbers. */
const minNumberedCell = 36;

function writeNumbers(context: CanvasRenderingContext2D, layout: Layout, { data }: Picture, theme: Theme): void {
  const { cell, left, top, queryLen, keyLen } = layout;
  const [accent, ink, paper] = [theme.accent, theme.ink, theme.paper].map(css => colourOf(context, css)) as [
    Colour,
    Colour,
    Colour,
  ];
  [context.font, context.textAlign] = [theme.font, 'center'];
  for (let query = 0; query < queryLen; query++)
    for (let key = 0; key < unmaskedKeys(layout, query); key++) {
      const weight = data[query * keyLen + key]!;
      const fill = over(accent, paper, shadeOf(weight));
      context.fillStyle = contrast(paper, fill) > contrast(ink, fill) ? theme.paper : theme.ink;
      context.fillText(weight.toFixed(2).replace(/^0/, ''), left + (key + 0.5) * cell, top + (query + 0.5) * cell);
    }
}

/**
 * Writes the labels: queries at the left; keys above the first cell of their column, under a mask along the diagonal.
 */
function writeLabels(
  context: CanvasRenderingContext2D,
  layout: Layout,
  { queries, keys }: Picture,
  theme: Theme,
): void {
  const { cell, left, top } = layout;
  context.font = theme.font;
  context.fillStyle = theme.ink;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const [query, name] of queries.entries()) context.fillText(name, left - 6, top + (query + 0.5) * cell);
  context.textAlign = 'left';
  for (const [key, name] of keys.entries()) {
    context.save();
    context.translate(left + (key + 0.5) * cell, top + firstQuery(layout, key) * cell - 4);
    context.rotate(-Math.PI / 4);
    context.fillText(name, 0, 0);
    context.restore();
  }
}

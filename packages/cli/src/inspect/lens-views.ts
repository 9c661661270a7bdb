import type { Model } from '@residual/model';
import { bars } from '../terminal/bars.js';
import { colorOf, type PictureLine, type Span, shadeOf } from '../terminal/picture.js';
import type { Screen } from '../terminal/screen.js';
import { fitted } from '../terminal/text-width.js';
import { tokenHeading, tokenLabel } from './tokens.js';

/** A token that a layer predicts. */
export interface ShownToken {
  readonly id: number;
  /** null without a tokenizer. */
  readonly text: string | null;
  readonly logprob: number;
}

/** What a lens reads from one layer, [position][rank]. */
export interface ShownLayer {
  readonly path: string;
  readonly top: readonly (readonly ShownToken[])[];
}

/** What a lens reads at the positions of a text. */
export interface ShownLens {
  readonly layers: readonly ShownLayer[];
  readonly model: Model;
  readonly positions: readonly number[];
  readonly ids: readonly number[];
}

/** For each position a table: a row for each layer, with the likeliest tokens and their probabilities. */
export function lensTables({ layers, model, positions, ids }: ShownLens): string[][][] {
  return positions.map((position, i) => [
    [`position ${position}, after ${tokenLabel(model, ids[position]!)}`, 'likeliest next tokens and probabilities'],
    ...layers.map(({ path, top }) => [
      path,
      ...top[i]!.map(token => `${tokenLabel(model, token.id)} ${Math.exp(token.logprob).toFixed(3)}`),
    ]),
  ]);
}

/**
 * One position: for each layer its likeliest tokens as bars of probability. Several: a row for each layer, with the
 * likeliest token of each position, coloured by its probability.
 */
export function lensPicture(lens: ShownLens, screen: Screen): PictureLine[] {
  return lens.positions.length === 1 ? barsOfLayers(lens, screen) : gridOfTokens(lens, screen);
}

function barsOfLayers({ layers, model }: ShownLens, screen: Screen): PictureLine[] {
  return layers.flatMap(({ path, top }, i) => {
    const values = top[0]!.map(({ id, logprob }) => ({ label: tokenHeading(model, id), value: Math.exp(logprob) }));
    return [...(i > 0 ? [[]] : []), [{ text: path }], ...bars(values, screen, { limit: 1, labelWidth: 16 })];
  });
}

const cellWidth = 11;

function gridOfTokens({ layers, model, positions, ids }: ShownLens, screen: Screen): PictureLine[] {
  const names = layers.map(({ path }) => path.replace(/^(target\.)?(decoder\.layers\.)?/, '').replace('.output', ''));
  const labelWidth = Math.max(5, ...names.map(({ length }) => length));
  const perPanel = Math.max(1, Math.floor((screen.width - labelWidth - 1) / cellWidth));
  const lines: PictureLine[] = [];
  for (let from = 0; from < positions.length; from += perPanel) {
    const panel = positions.slice(from, from + perPanel);
    const headings = panel.map(position =>
      fitted(tokenHeading(model, ids[position]!), cellWidth - 1).padEnd(cellWidth),
    );
    if (from > 0) lines.push([]);
    lines.push([{ text: `${' '.repeat(labelWidth)} ${headings.join('')}` }]);
    for (const [row, { top }] of layers.entries()) {
      const cells = panel.map((_, i) => tokenCell(model, top[from + i]![0]!, screen));
      lines.push([{ text: `${fitted(names[row]!, labelWidth)} ` }, ...cells]);
    }
  }
  return [...lines, [], [{ text: 'each cell: the likeliest next token after the token above' }, ...scaleOf(screen)]];
}

function tokenCell(model: Model, { id, logprob }: ShownToken, { colors }: Screen): Span {
  const probability = Math.exp(logprob);
  const heading = tokenHeading(model, id);
  if (colors === 'none') return { text: `${shadeOf(probability)}${fitted(heading, cellWidth - 2)} ` };
  return { text: `${fitted(heading, cellWidth - 1)} `, background: colorOf(probability, 'sequential') };
}

function scaleOf({ colors }: Screen): Span[] {
  const shares = [0, 0.25, 0.5, 0.75, 1];
  if (colors === 'none')
    return [
      {
        text: `; ${shares
          .slice(1)
          .map(share => `${shadeOf(share)} ${share}`)
          .join('  ')}`,
      },
    ];
  return [{ text: ' ' }, ...shares.map(share => ({ text: ` ${share} `, background: colorOf(share, 'sequential') }))];
}

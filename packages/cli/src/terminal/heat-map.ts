import { fixed, printableName } from './format.js';
import { colorOf, type PictureLine, type Scale, type Span, shadeOf } from './picture.js';
import type { Screen } from './screen.js';
import { characterWidth, fitted, textWidth } from './text-width.js';

/** A matrix of numbers with labels. */
export interface HeatMap {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [row][column]; undefined leaves a cell empty. */
  readonly values: readonly (readonly (number | undefined)[])[];
  readonly scale: Scale;
  /** The number of the full colour. */
  readonly limit: number;
  /** Whether the last line says what the colours stand for; true if absent. */
  readonly hasLegend?: boolean;
}

/** The longest label of a row, and the height of a label that is written downwards. */
const [maxRowLabel, maxHeight] = [24, 12];

/**
 * A heat map in the width of a screen: cells with numbers if all columns fit side by side, else cells of two characters
 * with the labels written downwards, in several panels if need be. Colours show the numbers; without colours block
 * characters do, and a minus sign stands beside those of negative numbers.
 */
export function heatMap(map: HeatMap, screen: Screen): PictureLine[] {
  const labelWidth = Math.min(maxRowLabel, Math.max(0, ...map.rows.map(label => textWidth(printableName(label)))));
  const space = Math.max(1, screen.width - labelWidth - 1);
  const hasColors = screen.colors !== 'none';
  const numberWidth = hasColors ? 7 : 8;
  const hasNumbers = map.columns.length * numberWidth <= space;
  const cellWidth = hasNumbers ? numberWidth : 2;
  const columnsPerPanel = Math.max(1, Math.floor(space / cellWidth));
  const cell = hasNumbers ? numberCell : shadeCell;
  const lines: PictureLine[] = [];
  for (let from = 0; from < map.columns.length; from += columnsPerPanel) {
    const labels = map.columns.slice(from, from + columnsPerPanel);
    if (from > 0) lines.push([]);
    const headings = hasNumbers
      ? [labels.map(label => fitted(label, cellWidth - 1, 'right').padEnd(cellWidth)).join('')]
      : writtenDownwards(labels, cellWidth);
    for (const heading of headings) lines.push([{ text: `${' '.repeat(labelWidth)} ${heading}` }]);
    for (const [i, label] of map.rows.entries()) {
      const values = map.values[i]!.slice(from, from + columnsPerPanel);
      const cells = values.map(value =>
        value === undefined ? empty(cellWidth) : cell(value, map, cellWidth, hasColors),
      );
      lines.push([{ text: `${fitted(label, labelWidth)} ` }, ...cells]);
    }
  }
  return map.hasLegend === false ? lines : [...lines, ...legend(map, hasColors)];
}

const empty = (width: number): Span => ({ text: ' '.repeat(width) });

function numberCell(value: number, { scale, limit }: HeatMap, width: number, hasColors: boolean): Span {
  const share = value / limit;
  const number = fixed(value, 2);
  if (hasColors) return { text: `${number.padStart(width - 1)} `, background: colorOf(share, scale) };
  return { text: ` ${shadeOf(share)}${number.padStart(width - 3)} ` };
}

function shadeCell(value: number, { scale, limit }: HeatMap, width: number, hasColors: boolean): Span {
  const share = value / limit;
  if (hasColors) return { text: ' '.repeat(width), background: colorOf(share, scale) };
  const shade = shadeOf(share);
  return { text: shade + (value < 0 && shade !== ' ' ? '-' : shade) };
}

/** Labels as columns of characters: lines from top to bottom, the ends of the labels side by side. */
function writtenDownwards(labels: readonly string[], cellWidth: number): string[] {
  const letters = labels.map(label => {
    const characters = [...printableName(label)].filter(character => characterWidth(character) > 0);
    return characters.length > maxHeight ? [...characters.slice(0, maxHeight - 1), '…'] : characters;
  });
  const height = Math.max(0, ...letters.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    letters.map(all => fitted(all[line - height + all.length] ?? '', cellWidth)).join(''),
  );
}

/** What the colours or block characters stand for. */
function legend({ scale, limit }: HeatMap, hasColors: boolean): PictureLine[] {
  const shares = scale === 'sequential' ? [0, 0.25, 0.5, 0.75, 1] : [-1, -0.5, 0, 0.5, 1];
  const at = (share: number) => fixed(share * limit, 2);
  if (hasColors) return [[], shares.map(share => ({ text: ` ${at(share)} `, background: colorOf(share, scale) }))];
  const signs = scale === 'sequential' ? '' : '; a minus sign after it: negative';
  return [[], [{ text: `${[0.25, 0.5, 0.75, 1].map(share => `${shadeOf(share)} ${at(share)}`).join('  ')}${signs}` }]];
}

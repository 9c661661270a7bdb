import { type Drawing, drawingToPath } from '@residual/vision';

/** A row of a sheet: a word and its drawings. */
export interface SheetEntry {
  readonly word: string;
  readonly drawings: readonly Drawing[];
}

/** The side of a drawing on a sheet, in pixels. */
const side = 96;

/** The height of the line of a word. */
const line = 16;

/** Drawings as one SVG file, a column for each word, `columns` of them beside each other. */
export function drawingSheet(
  entries: readonly SheetEntry[],
  { grid, columns }: { grid: number; columns: number },
): string {
  const most = Math.max(1, ...entries.map(({ drawings }) => drawings.length));
  const height = line + most * side;
  const rows = Math.ceil(entries.length / columns);
  const [width, total] = [Math.min(columns, entries.length) * side, rows * height];
  const box = { left: 0, top: 0, width: grid - 1, height: grid - 1 };
  const cells = entries.flatMap(({ word, drawings }, i) => {
    const [x, y] = [(i % columns) * side, Math.floor(i / columns) * height];
    const text = `<text x="${x + side / 2}" y="${y + line - 4}">${escaped(word)}</text>`;
    const pictures = drawings.map((drawing, row) => {
      const path = drawingToPath(drawing, { size: side, box });
      return `<path transform="translate(${x} ${y + line + row * side})" d="${path}"/>`;
    });
    return [text, ...pictures];
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}">` +
    `<title>Drawings of words</title><rect width="100%" height="100%" fill="#fff"/>\n` +
    `<style>text { font: 11px sans-serif; text-anchor: middle; fill: #111 } path { fill: none; stroke: #111; ` +
    `stroke-width: ${side / 40}; stroke-linecap: round; stroke-linejoin: round }</style>\n` +
    `${cells.join('\n')}\n</svg>\n`
  );
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  return text.replaceAll(/[&<>]/g, letter => entities[letter]!);
}

import { arrowDirection, byId, make } from '@residual/appkit';
import type { Part } from './image-canvas.js';
import type { PatchGridSize } from './painter.js';

/** The patches over a picture, of which one is chosen. */
export interface PatchGrid {
  /** The patch that is chosen; -1 if none is. */
  readonly chosen: number;
  /** Marks a patch as chosen, or none; `names` are what screen readers call the patches. */
  mark(chosen: number, names: (index: number) => string): void;
  /** Moves the focus to the chosen patch. */
  focus(): void;
}

/**
 * Fills the element `patches` with a cell for each patch: arrow keys move over them, of which Tab reaches one (WAI-ARIA
 * grid pattern). `choose` is called with the patch that is clicked or comes into focus.
 */
export function patchGrid({ rows, columns }: PatchGridSize, choose: (index: number) => void): PatchGrid {
  const element = byId('patches');
  let chosen = -1;
  const cells = Array.from({ length: rows * columns }, (_, index) => {
    const cell = make('td', { role: 'gridcell', tabIndex: index === 0 ? 0 : -1 });
    cell.addEventListener('click', () => choose(index));
    return cell;
  });
  const list = Array.from({ length: rows }, (_, row) =>
    make('tr', { role: 'row' }, ...cells.slice(row * columns, (row + 1) * columns)),
  );
  element.role = 'grid';
  element.style.setProperty('--columns', String(columns));
  element.replaceChildren(...list);
  element.onkeydown = event => {
    const at = cells.indexOf(event.target as HTMLTableCellElement);
    const next = nextPatch(event.key, at, { rows, columns });
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    cells[next]!.focus();
    choose(next);
  };
  return {
    get chosen() {
      return chosen;
    },
    mark: (next, names) => {
      chosen = next;
      for (const [index, cell] of cells.entries()) {
        cell.ariaLabel = names(index);
        cell.ariaSelected = String(index === chosen);
        cell.tabIndex = index === Math.max(0, chosen) ? 0 : -1;
      }
    },
    focus: () => cells[Math.max(0, chosen)]!.focus(),
  };
}

/** The part of a picture that has a patch in its middle and those around it, three by three; at a border, beside it. */
export function around(
  index: number,
  { rows, columns }: PatchGridSize,
  { width, height }: { readonly width: number; readonly height: number },
): Part {
  const span = (at: number, count: number, pixels: number) => {
    const shown = Math.min(3, count);
    const from = Math.min(count - shown, Math.max(0, at - 1));
    return [(from * pixels) / count, (shown * pixels) / count] as const;
  };
  const [left, partWidth] = span(index % columns, columns, width);
  const [top, partHeight] = span(Math.floor(index / columns), rows, height);
  return { left, top, width: partWidth, height: partHeight };
}

/** The patch to which a key leads; undefined for other keys. */
export function nextPatch(key: string, at: number, { rows, columns }: PatchGridSize): number | undefined {
  const [row, column] = [Math.floor(at / columns), at % columns];
  if (key === 'Home') return row * columns;
  if (key === 'End') return (row + 1) * columns - 1;
  const direction = arrowDirection(key);
  if (!direction) return undefined;
  const within = (value: number, count: number) => Math.min(count - 1, Math.max(0, value));
  return within(row - direction[1], rows) * columns + within(column + direction[0], columns);
}

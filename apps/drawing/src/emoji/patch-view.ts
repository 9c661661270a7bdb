import { type Alternative, byId, finePercent, make, on, reportFailure, type State, singleRun } from '@residual/appkit';
import type { ByteImage } from '@residual/vision';
import type { Session } from '../session.js';
import type { Settings } from '../settings.js';
import { consideredAt } from './considered.js';
import { imageCanvas } from './image-canvas.js';
import { imageSizes, type Painter, type PatchGridSize } from './painter.js';
import { around, type PatchGrid, patchGrid } from './patch-grid.js';

/** The chosen patch of a picture, and what else the model considered there. */
export interface PatchView {
  /** The picture with the code that is tried out; undefined if it is the one that is there. */
  readonly preview: ByteImage | undefined;
  /** Chooses a patch and shows what else the model considered there; ends what moves. */
  choose(index: number): Promise<void>;
  /** Shows the patch again, as when the picture has changed. */
  update(): void;
}

/** What the page does with a patch. */
export interface PatchPage {
  /** Shows the picture again, with or without a preview. */
  readonly refresh: () => void;
  /** Paints everything behind these codes. */
  readonly goOn: (codes: Int32Array) => Promise<void>;
  /** Shows these codes. */
  readonly take: (codes: Int32Array) => Promise<void>;
}

interface Choice {
  readonly code: number;
  readonly image: ByteImage;
}

/** Wires the patches over the picture, the codes that the model considers for one, and the two buttons for them. */
export function patchView(
  state: State<Settings>,
  session: Session,
  painter: Painter,
  { refresh, goOn, take }: PatchPage,
): PatchView {
  const runs = singleRun();
  const list = byId('alternatives');
  let size: PatchGridSize | undefined;
  let grid: PatchGrid | undefined;
  let tried: Choice | undefined;
  let lastAt = 0;
  let shown = ''; // for which patch of which picture the list is

  const choose = async (index: number) => {
    if (painter.isMoving) await painter.stop();
    if (index < 0 || index >= painter.count) return;
    if (index >= painter.at) return painter.seek(index + 1);
    mark(index);
    update();
  };
  const mark = (index: number) =>
    grid!.mark(index, patch => {
      const [row, column] = placeOf(patch, painter.grid);
      const code = patch < painter.at ? `code ${painter.codes[patch]}` : 'not painted yet';
      return `row ${row}, column ${column}: ${code}`;
    });
  const showCodes = async (index: number, signal: AbortSignal) => {
    const { codes, at } = painter;
    const { emoji: words } = state.now;
    const patch = { words, settings: state.now, codes, index };
    const choices = await consideredAt(session.model, patch, imageSizes(session).codebookSize, signal);
    const visible = codes.map((code, i) => (i < at ? code : -1));
    const buttons: HTMLElement[] = [];
    for (const choice of choices) {
      const image = await session.model.decodeImage(visible.with(index, choice.token), { signal });
      const seen = imageCanvas(image, `code ${choice.token}`, around(index, painter.grid, image));
      const button = buttonOf(choice, seen);
      button.addEventListener('click', () => tryOut(button, { code: choice.token, image }, choice.isWritten));
      buttons.push(button);
    }
    signal.throwIfAborted();
    list.replaceChildren(...buttons.map(button => make('li', {}, button)));
    enable(true);
  };
  const tryOut = (pressed: HTMLElement, choice: Choice, isWritten: boolean) => {
    for (const button of list.querySelectorAll('button')) button.ariaPressed = String(button === pressed);
    tried = isWritten ? undefined : choice;
    refresh();
  };
  const clear = (title: string) => {
    byId('patch-title').textContent = title;
    list.replaceChildren();
    tried = undefined;
    enable(false);
  };
  /** Shows the codes that are considered for the chosen patch, unless they are shown already. */
  const update = () => {
    if (size?.rows !== painter.grid.rows || size.columns !== painter.grid.columns) {
      size = painter.grid;
      grid = patchGrid(size, index => reportFailure(choose(index)));
    }
    const { isMoving, at, codes } = painter;
    if (isMoving || at !== lastAt) mark(at - 1); // the patch that came last
    lastAt = at;
    const index = grid!.chosen;
    const key = isMoving || index < 0 ? '' : [index, at, ...codes, state.now.emoji].join();
    if (key === shown && key !== '') return;
    shown = key;
    if (key === '') {
      runs.end();
      clear(isMoving ? 'The patches' : 'No patch yet');
      return;
    }
    mark(index);
    const [row, column] = placeOf(index, painter.grid);
    clear(`Row ${row}, column ${column}: what it considers there`);
    reportFailure(runs.start(signal => showCodes(index, signal)));
  };
  /** The codes with the one that is tried out in its place. */
  const changed = (): Int32Array => {
    const index = grid!.chosen;
    return tried ? painter.codes.with(index, tried.code) : painter.codes;
  };
  on('go-on', 'click', () => {
    const index = grid!.chosen;
    const codes = changed().map((code, i) => (i <= index ? code : -1));
    grid!.focus(); // the button is disabled while the model paints
    return goOn(codes);
  });
  on('only-this', 'click', () => {
    const codes = changed();
    grid!.focus();
    return take(codes);
  });
  return {
    get preview() {
      return tried?.image;
    },
    choose,
    update,
  };
}

/** Row and column of a patch, counted from 1. */
const placeOf = (index: number, { columns }: PatchGridSize) => [Math.floor(index / columns) + 1, (index % columns) + 1];

const enable = (isEnabled: boolean) => {
  for (const id of ['go-on', 'only-this']) byId<HTMLButtonElement>(id).disabled = !isEnabled;
};

/** A button for a code, with what it would give. */
function buttonOf({ token, probability, isWritten }: Alternative, seen: HTMLElement): HTMLButtonElement {
  const percentage = finePercent(probability);
  return make(
    'button',
    {
      type: 'button',
      className: isWritten ? 'written' : '',
      ariaPressed: String(isWritten),
      ariaLabel: `code ${token}, ${percentage}${isWritten ? ', as it is' : ''}`,
    },
    seen,
    make('span', { className: 'figure' }, percentage),
  );
}

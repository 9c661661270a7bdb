import { byId, on, reportFailure, type State, singleRun } from '@residual/appkit';
import type { ByteImage } from '@residual/vision';
import type { Session } from '../session.js';
import type { Settings } from '../settings.js';
import { codeList } from './code-list.js';
import type { Painter, PatchGridSize } from './painter.js';
import { type PatchGrid, patchGrid } from './patch-grid.js';

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

/** Wires the patches over the picture, the codes that the model considers for one, and the two buttons for them. */
export function patchView(
  state: State<Settings>,
  session: Session,
  painter: Painter,
  { refresh, goOn, take }: PatchPage,
): PatchView {
  const runs = singleRun();
  const list = codeList(session, refresh);
  let size: PatchGridSize | undefined;
  let grid: PatchGrid | undefined;
  let lastAt = 0;
  let shown = ''; // for which patch of which picture the list is

  const choose = async (index: number) => {
    if (painter.isMoving) await painter.stop();
    if (index < 0 || index >= painter.count) return;
    if (index >= painter.at) return painter.seek(index + 1);
    mark(index);
    update();
  };
  const mark = (index: number) => grid!.mark(index, patch => nameOf(patch, painter));
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
    list.clear();
    enable(false);
    byId('patch-title').textContent = titleOf(key === '' ? -1 : index, painter);
    if (key === '') {
      runs.end();
      return;
    }
    mark(index);
    const patch = { words: state.now.emoji, settings: state.now, codes, index };
    reportFailure(
      runs.start(async signal => {
        await list.show(patch, at, signal);
        enable(true);
      }),
    );
  };
  /** Wires a button that does something with the codes, the one that is tried out among them. */
  const wire = (id: string, act: (codes: Int32Array, index: number) => Promise<void>) =>
    on(id, 'click', () => {
      const index = grid!.chosen;
      const codes = list.tried ? painter.codes.with(index, list.tried.code) : painter.codes;
      grid!.focus(); // the button is disabled while the model paints
      return act(codes, index);
    });
  wire('go-on', (codes, index) => goOn(codes.map((code, i) => (i <= index ? code : -1))));
  wire('only-this', take);
  return {
    get preview() {
      return list.tried?.image;
    },
    choose,
    update,
  };
}

const enable = (isEnabled: boolean) => {
  for (const id of ['go-on', 'only-this']) byId<HTMLButtonElement>(id).disabled = !isEnabled;
};

/** Row and column of a patch, counted from 1. */
const placeOf = (index: number, { columns }: PatchGridSize) =>
  `row ${Math.floor(index / columns) + 1}, column ${(index % columns) + 1}`;

/** What screen readers call a patch. */
const nameOf = (index: number, { grid, at, codes }: Painter) =>
  `${placeOf(index, grid)}: ${index < at ? `code ${codes[index]}` : 'not painted yet'}`;

/** The title above the codes of a patch; -1 if none is chosen. */
function titleOf(index: number, { isMoving, grid }: Painter): string {
  if (index < 0) return isMoving ? 'The patches' : 'No patch yet';
  return `What it considers at ${placeOf(index, grid)}`;
}

import { byId, make, on, onFiles, saveFile } from '@residual/appkit';
import { type QuickDrawEntry, readQuickDraw, writeQuickDraw } from '@residual/vision';
import { type Collection, mostDrawings, openCollection } from './collection.js';
import { thumbnail } from './row-view.js';
import type { Session } from './session.js';
import type { Sheet } from './sheet.js';

/** What else may lie in files. */
export interface OtherFiles {
  readonly onModel: (files: readonly File[]) => Promise<void>;
  readonly onPicture: (file: File) => Promise<void>;
}

/** Wires the visitor's own drawings: taken from the sheet, from files, saved, and taken away. */
export function examplesView(session: Session, sheet: Sheet, { onModel, onPicture }: OtherFiles) {
  const word = byId<HTMLInputElement>('ownWord');
  const collection: Collection = openCollection(localStorage, () => show());
  const show = () => {
    const { entries } = collection;
    const count = entries.length === 1 ? '1 drawing' : `${entries.length} drawings`;
    byId('examples-count').textContent = entries.length === 0 ? 'No drawing yet.' : `${count} of your own.`;
    byId('examples').replaceChildren(...entries.map((entry, i) => itemOf(entry, session, () => collection.remove(i))));
    for (const id of ['export', 'forget']) byId<HTMLButtonElement>(id).disabled = entries.length === 0;
    byId<HTMLButtonElement>('train').disabled = entries.length < 2;
  };
  on('keep-form', 'submit', () => {
    const text = word.value.trim();
    if (sheet.strokes.length === 0) throw new Error('The sheet above is empty: draw something on it first.');
    if (text === '') throw new Error('Say in a word what you have drawn.');
    collection.add([{ word: text, recognized: true, drawing: sheet.strokes }]);
    return sheet.clear();
  });
  on('export', 'click', () =>
    saveFile('drawings.ndjson', new Blob([writeQuickDraw(collection.entries)], { type: 'application/x-ndjson' })),
  );
  on('forget', 'click', collection.clear);
  onFiles('import', async files => {
    const drawings = files.filter(({ name }) => name.endsWith('.ndjson'));
    const pictures = files.filter(({ type }) => type.startsWith('image/'));
    const others = files.filter(file => !drawings.includes(file) && !pictures.includes(file));
    for (const file of drawings) collection.add(await drawingsIn(file));
    for (const picture of pictures) await onPicture(picture);
    if (others.length > 0) await onModel(others);
  });
  show();
  return collection;
}

/** The largest file of drawings, in bytes. */
const maxBytes = 50e6;

/** The drawings in a file, as many as are kept. */
async function drawingsIn(file: File): Promise<QuickDrawEntry[]> {
  if (file.size > maxBytes)
    throw new Error(`${file.name} has ${Math.round(file.size / 1e6)} MB; files of drawings may have 50.`);
  const entries: QuickDrawEntry[] = [];
  for (const entry of readQuickDraw(new Uint8Array(await file.arrayBuffer()))) {
    if (entries.length === mostDrawings) break;
    entries.push(entry);
  }
  return entries;
}

function itemOf({ word, drawing }: QuickDrawEntry, { strokes }: Session, remove: () => void): HTMLElement {
  const button = make('button', { type: 'button', className: 'remove', ariaLabel: `Take ${word} away` }, word, ' ×');
  button.addEventListener('click', remove);
  // as the model sees it: its longer side fills the grid
  const cells = strokes.decode(strokes.encode(drawing));
  return make('li', {}, thumbnail(cells, strokes.grid, word), button);
}

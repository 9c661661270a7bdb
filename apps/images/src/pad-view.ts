import { byId, chips, on, type State, strokesFrom, strokesText } from '@residual/appkit';
import { drawingPad } from './drawing-pad.js';
import { drawings } from './drawings.js';
import type { Settings } from './settings.js';

/** Wires the paper, its buttons and the drawings to take; what is drawn stands in the address. */
export function padView(state: State<Settings>): void {
  const share = () => {
    const strokes = pad.strokes.filter(stroke => stroke.length > 0);
    state.set({ drawing: strokesText(strokes), picture: '' });
  };
  const pad = drawingPad(byId<HTMLCanvasElement>('paper'), { changed: share, finished: share });
  const mark = chips(
    'drawings',
    drawings.map(({ name, strokes }) => [name, strokesText(strokes)] as const),
    drawing => state.set({ drawing, picture: '' }),
  );
  const sync = () => {
    const drawing = state.now.picture === '' ? state.now.drawing : '';
    const strokes = strokesFrom(drawing);
    if (strokesText(pad.strokes) !== strokesText(strokes)) pad.set(strokes);
    for (const id of ['undo', 'clear']) byId<HTMLButtonElement>(id).disabled = strokes.length === 0;
    mark(drawing);
  };
  state.on(['drawing', 'picture'], sync);
  on('undo', 'click', () => {
    pad.set(pad.strokes.slice(0, -1));
    share();
  });
  on('clear', 'click', () => state.set({ drawing: '', picture: '' }));
  sync();
}

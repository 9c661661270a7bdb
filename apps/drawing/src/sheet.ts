import { attempt, type State } from '@residual/appkit';
import type { Drawing } from '@residual/vision';
import { cellsFrom, cellsText } from './cells.js';
import { type Layers, paperOn } from './paper.js';
import { type VisitorPen, visitorPen } from './pen-view.js';
import { type DrawingEnd, openPlayer, type Player } from './player.js';
import type { Session } from './session.js';
import type { Settings } from './settings.js';

/** The sheet of paper on which the model and the visitor draw. */
export interface Sheet {
  /** The tokens of the model, and which of them are shown. */
  readonly player: Player;
  /** All strokes that are shown, in cells. */
  readonly strokes: Drawing;
  /** Lets the model draw what the settings say, behind the strokes of the address. */
  draw(): Promise<DrawingEnd>;
  /** Ends what moves, and takes the last stroke away. */
  undo(): Promise<void>;
  /** Ends what moves, and takes a new sheet. */
  clear(): Promise<void>;
  /** Shows the sheet again, with other marks. */
  refresh(): void;
}

/** What happens on the sheet. */
export interface SheetEvents {
  /** Something else is shown. */
  readonly shown: () => void;
  /** The points to mark, such as those that attention looks at. */
  readonly marks: (player: Player) => Layers['marks'];
  /** The visitor has drawn a stroke. */
  readonly lifted: () => void;
}

/** Lets the model and the visitor draw on a canvas. The strokes of the visitor stand in the address. */
export function openSheet(
  canvas: HTMLCanvasElement,
  state: State<Settings>,
  session: Session,
  { shown, marks, lifted }: SheetEvents,
): Sheet {
  const grid = () => session.strokes.grid;
  const begun = () => cellsFrom(state.now.begun, grid());
  const paper = paperOn(canvas, grid);
  let ownStrokes: Drawing | undefined; // while the visitor draws
  let visitor: VisitorPen | undefined;
  const show = () => {
    const { pen, moments, at } = player;
    const next = moments[at];
    const drawn = ownStrokes
      ? { begun: ownStrokes, drawn: [] }
      : { begun: begun(), drawn: pen.strokes, ...(next && { pen, choices: next.choices }) };
    paper.show({ ...drawn, cursor: visitor?.cursor, marks: ownStrokes ? [] : marks(player) });
    shown();
  };
  const player = openPlayer(session, show);
  const all = (): Drawing => [...begun(), ...player.pen.strokes];
  const keep = (drawing: Drawing) => {
    ownStrokes = undefined;
    player.clear();
    state.set({ begun: cellsText(drawing, grid()) });
    show();
  };
  visitor = visitorPen(canvas, {
    grid,
    cellAt: paper.cellAt,
    take: () => {
      const strokes = all();
      attempt(player.stop);
      if (player.moments.length > 0) keep(strokes);
      return strokes;
    },
    show: strokes => {
      ownStrokes = strokes;
      show();
    },
    lifted: strokes => {
      keep(strokes);
      lifted();
    },
  });
  return {
    player,
    get strokes() {
      return all();
    },
    draw: () => {
      ownStrokes = undefined;
      return player.draw({ ...state.now, begun: begun() });
    },
    undo: async () => {
      const strokes = all();
      await player.stop();
      keep(strokes.slice(0, -1));
    },
    clear: async () => {
      await player.stop();
      keep([]);
    },
    refresh: show,
  };
}

import { attempt, byId, chips, on, readControls, type State, settingsFold, writeControls } from '@residual/appkit';
import type { Drawing } from '@residual/vision';
import { cellsFrom, cellsText } from './cells.js';
import { showConsidered } from './considered-view.js';
import { saveSvg } from './files.js';
import { paperOn } from './paper.js';
import { visitorPen } from './pen-view.js';
import { type DrawingEnd, openPlayer } from './player.js';
import type { Session } from './session.js';
import { paces, preset, type Settings } from './settings.js';

/** The settings of a drawing that have a control each. */
const { begun: _begun, backend: _backend, weights: _weights, ...ofDrawing } = preset;

/** Words to try. */
const words = ['sailboat', 'cat', 'flower', 'umbrella', 'bicycle', 'violin', 'pirate', 'yacht'];

/** The drawing at the top of the page. */
export interface DrawView {
  /** Draws what the settings say. */
  draw(): Promise<void>;
  /** Ends what moves. */
  stop(): Promise<void>;
}

/** Wires the word, the paper and the buttons of the drawing. */
export function drawView(state: State<Settings>, session: Session): DrawView {
  const canvas = byId<HTMLCanvasElement>('paper');
  const slider = byId<HTMLInputElement>('moment');
  const grid = () => session.strokes.grid;
  const begun = () => cellsFrom(state.now.begun, grid());
  const paper = paperOn(canvas, grid);
  let ownStrokes: Drawing | undefined; // while the visitor draws
  const all = (): Drawing => [...begun(), ...player.pen.strokes];
  const show = () => {
    const { pen, moments, at, isMoving } = player;
    const { strokes, point, isDown } = pen;
    const next = moments[at];
    const sheet = ownStrokes
      ? { begun: ownStrokes, drawn: [] }
      : { begun: begun(), drawn: strokes, ...(next && { pen: point, isDown, choices: next.choices }) };
    paper.show({ ...sheet, cursor: visitor?.cursor });
    showConsidered(next, moments.length > 0 ? 'The drawing is at its end: go back to see more.' : '');
    [slider.max, slider.value] = [String(moments.length), String(at)];
    slider.setAttribute('aria-valuetext', `${at} of ${moments.length} tokens`);
    const isEmpty = all().length === 0;
    for (const id of ['undo', 'clear', 'save']) byId<HTMLButtonElement>(id).disabled = isEmpty;
    byId('draw').textContent = state.now.begun === '' ? 'Draw' : 'Let it go on';
    byId<HTMLButtonElement>('play').disabled = moments.length === 0 && !isMoving;
    byId('play').textContent = isMoving ? 'Stop' : at < moments.length ? 'Play' : 'Replay';
  };
  const player = openPlayer(session, show);
  const keep = (drawing: Drawing) => {
    ownStrokes = undefined;
    player.clear();
    state.set({ begun: cellsText(drawing, grid()) });
    show();
  };
  let visitor: ReturnType<typeof visitorPen> | undefined;
  visitor = visitorPen(canvas, {
    grid,
    cellAt: paper.cellAt,
    take: () => {
      const shown = all();
      attempt(player.stop);
      if (player.moments.length > 0) keep(shown);
      return shown;
    },
    show: strokes => {
      ownStrokes = strokes;
      show();
    },
    lifted: strokes => {
      keep(strokes);
      say('Your lines are blue. Let it go on, or draw more.');
    },
  });
  const say = (sentence: string) => {
    byId('status').textContent = sentence;
  };
  const draw = async () => {
    ownStrokes = undefined;
    const { word } = state.now;
    say(`It draws ${word || 'what it likes'}.`);
    const end = await player.draw({ ...state.now, begun: begun() }).catch(error => {
      say(error instanceof Error && error.name === 'AbortError' ? 'Stopped.' : '');
      throw error;
    });
    say(endSentence(player.moments.length, end, state.now.seed));
  };
  const readAndDraw = () => {
    state.set(readControls(ofDrawing));
    return draw();
  };
  on('ask', 'submit', readAndDraw);
  on('another', 'click', () => {
    writeControls({ seed: (state.now.seed + 1) % 2 ** 32 });
    return readAndDraw();
  });
  const markWord = chips(
    'words',
    words.map(word => [word, word] as const),
    word => {
      state.set({ begun: '' });
      writeControls({ word });
      attempt(readAndDraw);
    },
  );
  on('play', 'click', () => (player.isMoving ? player.stop() : player.replay(state.now.pace)));
  slider.addEventListener('input', () => {
    const at = slider.valueAsNumber;
    attempt(player.stop);
    player.seek(at);
  });
  on('undo', 'click', async () => {
    const shown = all();
    await player.stop();
    keep(shown.slice(0, -1));
  });
  on('clear', 'click', async () => {
    await player.stop();
    keep([]);
    say('');
  });
  on('save', 'click', () => saveSvg(`${state.now.word || 'drawing'}.svg`, all(), grid()));
  for (const name of ['seed', 'temperature', 'penTemperature', 'guidanceScale'] as const)
    on(name, 'change', () => attempt(readAndDraw));
  on('pace', 'change', () => state.set({ pace: paces[byId<HTMLSelectElement>('pace').selectedIndex]! }));
  const saySettings = settingsFold('settings', () => {
    const { temperature, guidanceScale, seed } = state.now;
    return `temperature ${temperature}, guidance ${guidanceScale}, seed ${seed}`;
  });
  const write = () => {
    writeControls(Object.fromEntries(Object.keys(ofDrawing).map(name => [name, state.now[name as keyof Settings]])));
    markWord(state.now.word);
    saySettings();
  };
  state.on(Object.keys(ofDrawing) as (keyof Settings)[], write);
  addEventListener('hashchange', () => attempt(draw));
  write();
  show();
  return { draw, stop: player.stop };
}

/** How a drawing went, as a sentence. */
function endSentence(count: number, { hasEnded, unknownWords }: DrawingEnd, seed: number): string {
  const quoted = unknownWords.slice(0, 3).map(word => `“${word}”`);
  const unknown = quoted.length === 0 ? '' : ` It does not know ${new Intl.ListFormat('en').format(quoted)}.`;
  const end = hasEnded ? 'and put the last dot itself' : 'and then its paper was full';
  return `It wrote ${count} tokens ${end}; seed ${seed}.${unknown}`;
}

import { attempt, byId, chips, on, readControls, type State, settingsFold, writeControls } from '@residual/appkit';
import { attentionView } from './attention-view.js';
import { showConsidered } from './considered-view.js';
import { saveSvg } from './files.js';
import type { DrawingEnd } from './player.js';
import type { Session } from './session.js';
import { ofDrawing, paces, type Settings } from './settings.js';
import { openSheet, type Sheet } from './sheet.js';

/** Words to try. */
const words = ['sailboat', 'cat', 'flower', 'umbrella', 'bicycle', 'violin', 'pirate', 'yacht'];

/** The drawing at the top of the page. */
export interface DrawView {
  readonly sheet: Sheet;
  /** Draws what the settings say. */
  draw(): Promise<void>;
}

/** Wires the word, the paper and the buttons of the drawing. */
export function drawView(state: State<Settings>, session: Session): DrawView {
  const say = (sentence: string) => {
    byId('drawing-status').textContent = sentence;
  };
  const attention = attentionView(state, session, () => sheet.refresh());
  const sheet = openSheet(byId<HTMLCanvasElement>('paper'), state, session, {
    shown: () => showButtons(sheet, state.now.begun !== ''),
    marks: player => attention.marks(player),
    lifted: () => say('Your lines are blue. Let it go on, or draw more.'),
  });
  const { player } = sheet;
  const draw = async () => {
    say(`It draws ${state.now.word || 'what it likes'}.`);
    const end = await sheet.draw().catch(error => {
      say(error instanceof Error && error.name === 'AbortError' ? 'Stopped.' : '');
      throw error;
    });
    say(endSentence(player.moments.length, end, state.now.seed));
  };
  wireSettings(state, draw);
  on('play', 'click', () => (player.isMoving ? player.stop() : player.replay(state.now.pace)));
  const slider = byId<HTMLInputElement>('moment');
  slider.addEventListener('input', () => {
    const at = slider.valueAsNumber;
    attempt(player.stop);
    player.seek(at);
  });
  on('undo', 'click', sheet.undo);
  on('clear', 'click', async () => {
    await sheet.clear();
    say('');
  });
  on('save', 'click', () => saveSvg(`${state.now.word || 'drawing'}.svg`, sheet.strokes, session.strokes.grid));
  showButtons(sheet, state.now.begun !== '');
  return { sheet, draw };
}

/** Shows the moment in the slider, what the pen considered, and what the buttons do now. */
function showButtons({ player, strokes }: Sheet, isBegun: boolean): void {
  const { moments, at, isMoving } = player;
  const slider = byId<HTMLInputElement>('moment');
  showConsidered(moments[at], moments.length > 0 ? 'The drawing is at its end: go back to see more.' : '');
  [slider.max, slider.value] = [String(moments.length), String(at)];
  slider.setAttribute('aria-valuetext', `${at} of ${moments.length} tokens`);
  for (const id of ['undo', 'clear', 'save']) byId<HTMLButtonElement>(id).disabled = strokes.length === 0;
  byId('draw').textContent = isBegun ? 'Let it go on' : 'Draw';
  byId<HTMLButtonElement>('play').disabled = moments.length === 0 && !isMoving;
  byId('play').textContent = isMoving ? 'Stop' : at < moments.length ? 'Play' : 'Replay';
}

/** Wires the word and the settings of a drawing; what is changed is drawn. */
function wireSettings(state: State<Settings>, draw: () => Promise<void>): void {
  const names = Object.keys(ofDrawing) as (keyof typeof ofDrawing)[];
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
  for (const name of ['seed', 'temperature', 'penTemperature', 'guidanceScale'] as const)
    on(name, 'change', readAndDraw);
  on('pace', 'change', () => state.set({ pace: paces[byId<HTMLSelectElement>('pace').selectedIndex]! }));
  const saySettings = settingsFold('settings', () => {
    const { temperature, guidanceScale, seed } = state.now;
    return `temperature ${temperature}, guidance ${guidanceScale}, seed ${seed}`;
  });
  const write = () => {
    writeControls(Object.fromEntries(names.map(name => [name, state.now[name]])));
    markWord(state.now.word);
    saySettings();
  };
  state.on(names, write);
  write();
}

/** How a drawing went, as a sentence. */
function endSentence(count: number, { hasEnded, unknownWords }: DrawingEnd, seed: number): string {
  const quoted = unknownWords.slice(0, 3).map(word => `“${word}”`);
  const unknown = quoted.length === 0 ? '' : ` It does not know ${new Intl.ListFormat('en').format(quoted)}.`;
  const end = hasEnded ? 'and put the last dot itself' : 'and then its paper was full';
  return `It wrote ${count} tokens ${end}; seed ${seed}.${unknown}`;
}

import { byId, debounce, latestOnly, make, showError } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import { clearAnswer, neighbourList, showAnswer } from './answer-view.js';
import { arrowsOf, marksOf } from './arrows.js';
import type { functions } from './computations.js';
import { examples } from './examples.js';
import { expressionInput } from './expression-input.js';
import { type MapPanel, mapPanel } from './map-panel.js';
import { missingWordsOf, missingWordsSentence } from './missing-words.js';
import { headlineOf } from './reading.js';
import type { Settings } from './settings.js';
import type { State } from './state.js';
import type { Vocabularies } from './vocabularies.js';

/** Milliseconds without a key press before an expression is computed: the word may be unfinished. */
const typingDelay = 250;

/** Wires the expression, its answer and the map. Resolves once the first answer is shown. */
export async function arithmeticView(
  state: State,
  worker: Remote<typeof functions>,
  vocabularies: Vocabularies,
): Promise<void> {
  const panel = mapPanel();
  const latest = latestOnly();
  const clear = (sentence?: string) => {
    clearAnswer(sentence);
    panel.unmark();
  };

  const compute = async () => {
    if (panel.content && !vocabularies.has(state.now.table)) clear('Loading the token embeddings of the storyteller…');
    try {
      const show = await latest(computed(state.now, worker, vocabularies, panel));
      if (!show) return;
      clear();
      show();
    } catch (error) {
      clear();
      showError(error, 'expression-error');
    }
  };

  const typed = debounce(() => state.set({ expression: field().value }), typingDelay);
  const input = expressionInput(word => worker.complete(state.now.table, word), typed);
  const sync = () => {
    input.set(state.now.expression);
    syncControls(state.now);
  };
  /** Changes settings, together with the expression in the field. */
  const change = (settings: Partial<Settings>) => {
    typed.cancel();
    state.set({ expression: field().value, ...settings });
  };
  wireControls(change);
  wireMapControls(state, panel);
  byId('ask').addEventListener('submit', event => {
    event.preventDefault();
    if (field().value === state.now.expression) compute();
    else change({});
  });
  state.on(['expression', 'method', 'table', 'axes'], () => {
    typed.cancel();
    sync();
    compute();
  });
  state.on(['view'], ({ view }) => {
    sync();
    panel.map?.setView(view);
  });
  sync();
  await Promise.all([compute(), panel.open(() => state.now.view)]);
}

const field = () => byId<HTMLInputElement>('expression');

/** Computes an expression; returns the function that shows its answer, or why there is none. */
async function computed(
  settings: Settings,
  worker: Remote<typeof functions>,
  vocabularies: Vocabularies,
  panel: MapPanel,
): Promise<() => void> {
  const { expression, method, table, axes } = settings;
  const words = await vocabularies.of(table);
  try {
    const answer = await worker.answer({ table, expression, method, axes });
    return () => {
      showAnswer(settings, answer);
      const [title, marks, arrows] = [headlineOf(answer.terms), marksOf(answer), arrowsOf(answer)];
      panel.show({ table, title, words, points: answer.points, marks, arrows });
    };
  } catch (error) {
    // Without an answer the map shows only the words of this table.
    const { content } = panel;
    const points = content?.table === table ? content.points : await worker.cloud(table);
    const missing = table === 'stories' ? missingWordsOf(error) : [];
    const sentence = missing.length > 0 ? await missingWordsSentence(missing, vocabularies.tokensOf) : undefined;
    return () => {
      if (sentence === undefined) showError(error, 'expression-error');
      else byId('lacking-text').textContent = sentence;
      byId('lacking').hidden = sentence === undefined;
      if (panel.content?.points !== points) panel.show({ table, title: '', words, points, marks: [], arrows: [] });
    };
  }
}

/** Wires the examples, the selects, and the button that goes back to the table of words. */
function wireControls(change: (settings: Partial<Settings>) => void): void {
  const buttons = examples.map(({ expression, works }) => {
    const text = expression.replace(/ - /g, ' − ');
    const button = make('button', { type: 'button', value: expression, className: works ? 'works' : 'fails' }, text);
    if (!works) button.append(make('span', { className: 'tag' }, ' fails'));
    button.addEventListener('click', () => change({ expression, table: 'words' }));
    return button;
  });
  byId('examples').append(...buttons);
  for (const name of ['method', 'table', 'axes'] as const) {
    const select = byId<HTMLSelectElement>(name);
    select.addEventListener('change', () => change({ [name]: select.value }));
  }
  byId('to-words').addEventListener('click', () => {
    change({ table: 'words' });
    field().focus(); // the button is hidden now
  });
}

/** Wires the buttons of the map, and the list whose words it highlights. */
function wireMapControls(state: State, panel: MapPanel): void {
  byId('views').addEventListener('click', ({ target }) => {
    const button = (target as HTMLElement).closest('button');
    if (button) state.set({ view: button.value as '2d' | '3d' });
  });
  byId('larger').addEventListener('click', () => panel.map?.zoomBy(1.4));
  byId('smaller').addEventListener('click', () => panel.map?.zoomBy(1 / 1.4));
  byId('whole').addEventListener('click', () => panel.map?.reset());
  neighbourList().addEventListener('residual-neighbour', ({ detail }) => panel.map?.highlight(detail.row));
}

function syncControls({ expression, method, table, axes, view }: Settings): void {
  for (const [id, value] of Object.entries({ method, table, axes })) byId<HTMLSelectElement>(id).value = value;
  const press = (buttons: string, value: string) => {
    for (const button of document.querySelectorAll<HTMLButtonElement>(`${buttons} button`))
      button.setAttribute('aria-pressed', String(button.value === value));
  };
  press('#views', view);
  press('#examples', expression.trim());
}

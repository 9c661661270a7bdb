import { byId, debounce, latestOnly, settingsFold, showError } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import { clearAnswer, showAnswer } from './answer-view.js';
import { arrowsOf, marksOf } from './arrows.js';
import type { functions } from './computations.js';
import { syncControls, wireControls, wireMapControls } from './controls.js';
import { expressionInput } from './expression-input.js';
import { computedFamilies, wireFamilies } from './family-view.js';
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
      const work = state.now.families === '' ? computed : computedFamilies;
      const show = await latest(work(state.now, worker, vocabularies, panel));
      if (!show) return;
      clear();
      show();
    } catch (error) {
      clear();
      showError(error, 'expression-error');
    }
  };

  const typed = debounce(() => state.set({ expression: field().value, families: '' }), typingDelay);
  const input = expressionInput(word => worker.complete(state.now.table, word), typed);
  const saySettings = settingsFold('settings', settingsSentence);
  const sync = () => {
    input.set(state.now.expression);
    syncControls(state.now);
    saySettings();
  };
  /** Changes settings, together with the expression in the field. */
  const change = (settings: Partial<Settings>) => {
    typed.cancel();
    state.set({ expression: field().value, ...settings });
  };
  wireFamilies(state);
  wireControls(change);
  wireMapControls(state, panel);
  byId('ask').addEventListener('submit', event => {
    event.preventDefault();
    if (field().value === state.now.expression && state.now.families === '') compute();
    else change({ families: '' });
  });
  state.on(['expression', 'families', 'method', 'table', 'axes'], () => {
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

/** What is set, as the selects say it. */
const settingsSentence = (): string =>
  ['method', 'axes', 'table']
    .map(id => byId<HTMLSelectElement>(id).selectedOptions[0]?.text ?? '')
    .map((text, i) => (i === 1 ? `axes ${text}` : text))
    .join(', ');

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

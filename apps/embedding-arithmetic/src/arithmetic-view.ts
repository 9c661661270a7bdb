import { byId, make } from '@residual/appkit';
import { arrowsOf, marksOf } from './arrows.js';
import type { Remote } from './calls.js';
import type { ArithmeticAnswer, functions, TableName } from './computations.js';
import { examples } from './examples.js';
import { expressionInput } from './expression-input.js';
import { latestOnly } from './latest-only.js';
import type { MapContent, WordMap } from './map.js';
import { missingWordsOf, missingWordsSentence } from './missing-words.js';
import { headlineOf, isAsTyped } from './reading.js';
import type { Settings } from './settings.js';
import { showError } from './show-error.js';
import type { State } from './state.js';

/** The vocabularies of the tables. */
export interface Vocabularies {
  of(table: TableName): Promise<readonly string[]>;
  /** Whether the vocabulary is loaded. */
  has(table: TableName): boolean;
  /** The tokens in which the storyteller reads words. */
  tokensOf(words: readonly string[]): Promise<readonly (readonly string[])[]>;
}

/** Wires the expression, its answer and the map. Resolves once the first answer is shown. */
export async function arithmeticView(
  state: State,
  worker: Remote<typeof functions>,
  vocabularies: Vocabularies,
): Promise<void> {
  const latest = latestOnly();
  let map: WordMap | undefined;
  let content: (MapContent & { readonly table: TableName }) | undefined;
  const input = expressionInput(
    word => worker.complete(state.now.table, word),
    expression => {
      clearTimeout(typing);
      typing = window.setTimeout(() => state.set({ expression }), 250); // wait until the visitor has finished the word
    },
  );
  let typing = 0;
  /** Changes settings, together with the expression in the field. */
  const change = (settings: Partial<Settings>) => {
    clearTimeout(typing);
    state.set({ expression: byId<HTMLInputElement>('expression').value, ...settings });
  };
  const bars = byId<HTMLElementTagNameMap['residual-neighbours']>('neighbours');

  const compute = async () => {
    const { expression, method, table, axes } = state.now;
    if (content && !vocabularies.has(table)) clear('Loading the token embeddings of the storyteller…');
    const work = (async () => {
      const words = await vocabularies.of(table);
      try {
        const answer = await worker.answer({ table, expression, method, axes });
        return () => {
          clear();
          showAnswer(expression, answer);
          const { points } = answer;
          const title = headlineOf(answer.terms);
          show({ table, title, words, points, marks: marksOf(answer), arrows: arrowsOf(answer) });
        };
      } catch (error) {
        // Without an answer the map shows only the words of this table.
        const points = content?.table === table ? content.points : await worker.cloud(table);
        const missing = table === 'stories' ? missingWordsOf(error) : [];
        const tokens = await vocabularies.tokensOf(missing.slice(0, 6));
        return () => {
          clear();
          if (missing.length === 0) showError('expression-error', error);
          else byId('lacking-text').textContent = missingWordsSentence(missing, tokens);
          byId('lacking').hidden = missing.length === 0;
          if (content?.points !== points) show({ table, title: '', words, points, marks: [], arrows: [] });
        };
      }
    })();
    try {
      (await latest(work))?.();
    } catch (error) {
      clear();
      showError('expression-error', error);
    }
  };
  const show = (next: NonNullable<typeof content>) => {
    content = next;
    map?.show(next);
  };
  /** Clears the last answer; the words of the map stay. */
  const clear = (instead = '') => {
    showError('expression-error');
    byId('answer').textContent = instead;
    for (const id of ['why', 'shares']) byId(id).textContent = '';
    for (const id of ['read', 'lacking', 'whole-sum']) byId(id).hidden = true;
    bars.neighbours = [];
    bars.removeAttribute('label');
    if (!content) return;
    content = { ...content, title: '', marks: [], arrows: [] };
    map?.unmark();
  };
  const showAnswer = (expression: string, { text, terms, neighbours, shares }: ArithmeticAnswer) => {
    bars.neighbours = neighbours;
    bars.setAttribute('label', 'Nearest words, by cosine');
    const headline = headlineOf(terms);
    byId('answer').replaceChildren(
      make('span', { className: 'sum' }, headline),
      make('span', { className: 'near' }, ' is nearest to '),
      make('strong', {}, neighbours[0]?.word ?? 'nothing'),
    );
    const whole = byId<HTMLDetailsElement>('whole-sum');
    whole.hidden = headline === text;
    whole.querySelector('summary')!.textContent = `All ${terms.length.toLocaleString('en')} words of the sum`;
    whole.querySelector('p')!.textContent = text;
    byId('read').hidden = isAsTyped(expression, text);
    byId('read').textContent = `Read as ${headline}.`;
    byId('shares').textContent =
      `The two axes of the plane show ${Math.round(100 * (shares[0]! + shares[1]!))} % of the variance of these words.`;
    const example = examples.find(each => isAsTyped(each.expression, text));
    byId('why').textContent = example && state.now.table === 'words' ? example.why : '';
  };
  const syncControls = () => {
    const { expression, method, table, axes, view } = state.now;
    input.set(expression);
    byId<HTMLSelectElement>('method').value = method;
    byId<HTMLSelectElement>('table').value = table;
    byId<HTMLSelectElement>('axes').value = axes;
    for (const button of document.querySelectorAll<HTMLButtonElement>('#views button'))
      button.setAttribute('aria-pressed', String(button.value === view));
    for (const button of document.querySelectorAll<HTMLButtonElement>('#examples button'))
      button.setAttribute('aria-pressed', String(button.value === expression.trim()));
  };

  byId('examples').append(
    ...examples.map(({ expression, works }) => {
      const button = make('button', { className: works ? 'works' : 'fails' }, expression.replace(/ - /g, ' − '));
      button.type = 'button';
      button.value = expression;
      if (!works) button.append(make('span', { className: 'tag' }, ' fails'));
      button.addEventListener('click', () => change({ expression, table: 'words' }));
      return button;
    }),
  );
  for (const name of ['method', 'table', 'axes'] as const)
    byId<HTMLSelectElement>(name).addEventListener('change', event =>
      change({ [name]: (event.target as HTMLSelectElement).value }),
    );
  byId('views').addEventListener('click', ({ target }) => {
    const button = (target as HTMLElement).closest('button');
    if (button) state.set({ view: button.value as '2d' | '3d' });
  });
  byId('larger').addEventListener('click', () => map?.zoomBy(1.4));
  byId('smaller').addEventListener('click', () => map?.zoomBy(1 / 1.4));
  byId('whole').addEventListener('click', () => map?.reset());
  byId('ask').addEventListener('submit', event => {
    event.preventDefault();
    if (byId<HTMLInputElement>('expression').value === state.now.expression) compute();
    else change({});
  });
  bars.addEventListener('residual-neighbour', ({ detail }) => map?.point(detail.row));
  byId('to-words').addEventListener('click', () => {
    change({ table: 'words' });
    byId('expression').focus(); // the button is hidden now
  });
  state.on(['expression', 'method', 'table', 'axes'], () => {
    clearTimeout(typing);
    syncControls();
    compute();
  });
  state.on(['view'], ({ view }) => {
    syncControls();
    map?.setView(view);
  });
  syncControls();
  await Promise.all([
    compute(),
    openMap().then(opened => {
      map = opened;
      map?.setView(state.now.view);
      if (content) map?.show(content);
    }),
  ]);
}

/** The map, which is loaded after the answer; without WebGL a sentence says so, and the result is undefined. */
async function openMap(): Promise<WordMap | undefined> {
  const { wordMap } = await import('./map.js');
  try {
    return wordMap(byId('map'), word => {
      byId('pointed').textContent = word ?? '';
    });
  } catch {
    const sorry = 'The map needs WebGL, which this browser does not have. The answer is shown all the same.';
    byId('map').replaceChildren(make('p', { className: 'note' }, sorry));
    return undefined;
  }
}

import { byId, make } from '@residual/appkit';
import { arrowsOf, marksOf } from './arrows.js';
import type { Remote } from './calls.js';
import type { Answered, functions } from './computations.js';
import { examples } from './examples.js';
import { expressionInput } from './expression-input.js';
import type { MapContent, WordMap } from './map.js';
import { newest } from './newest.js';
import { showError } from './show-error.js';
import type { State } from './state.js';

/** The vocabulary of each table that is there. */
export interface Vocabularies {
  of(table: 'words' | 'stories'): Promise<readonly string[]>;
}

/** The expression, its answer and the map. Resolves when the first answer stands there. */
export async function arithmeticView(
  state: State,
  worker: Remote<typeof functions>,
  vocabularies: Vocabularies,
): Promise<void> {
  const latest = newest();
  let map: WordMap | undefined;
  let content: MapContent | undefined;
  const input = expressionInput(
    word => worker.complete(state.now.table, word),
    expression => {
      clearTimeout(typing);
      typing = window.setTimeout(() => state.set({ expression }), 250); // whoever types is let finish the word
    },
  );
  let typing = 0;
  const bars = byId<HTMLElementTagNameMap['residual-neighbours']>('neighbours');
  let words: readonly string[] = [];

  const compute = async () => {
    const { expression, method, table, axes } = state.now;
    const work = vocabularies.of(table).then(async known => {
      words = known;
      return worker.answer({ table, expression, method, axes });
    });
    try {
      const answered = await latest(work);
      if (!answered) return;
      showError('expression-error');
      tell(expression, answered);
      bars.neighbours = answered.neighbours;
      const { points } = answered;
      content = { title: expression, words, points, marks: marksOf(answered), arrows: arrowsOf(answered) };
      map?.show(content);
    } catch (error) {
      showError('expression-error', error);
      byId('answer').textContent = '';
    }
  };
  const tell = (expression: string, { neighbours, shares }: Answered) => {
    const [best] = neighbours;
    const sum = expression.trim().replace(/ - /g, ' − ');
    byId('answer').replaceChildren(
      make('span', { className: 'sum' }, sum),
      make('span', { className: 'near' }, ' is nearest to '),
      make('strong', {}, best?.word ?? 'nothing'),
    );
    byId('shares').textContent =
      `The two axes of the plane show ${Math.round(100 * (shares[0]! + shares[1]!))} % of how these words differ.`;
    const known = examples.find(example => example.expression === expression.trim());
    byId('why').textContent = known && state.now.table === 'words' ? known.why : '';
  };
  const follow = () => {
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
      button.addEventListener('click', () => state.set({ expression, table: 'words' }));
      return button;
    }),
  );
  for (const name of ['method', 'table', 'axes'] as const)
    byId<HTMLSelectElement>(name).addEventListener('change', event =>
      state.set({ [name]: (event.target as HTMLSelectElement).value }),
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
    clearTimeout(typing);
    const expression = byId<HTMLInputElement>('expression').value;
    if (expression === state.now.expression) compute();
    else state.set({ expression });
  });
  bars.addEventListener('residual-neighbour', ({ detail }) => map?.point(detail.row));
  state.on(['expression', 'method', 'table', 'axes'], () => {
    follow();
    compute();
  });
  state.on(['view'], ({ view }) => {
    follow();
    map?.setView(view);
  });
  follow();
  await Promise.all([
    compute(),
    openMap().then(opened => {
      map = opened;
      map?.setView(state.now.view);
      if (content) map?.show(content);
    }),
  ]);
}

/** The map, whose drawing comes after the answer; undefined where there is no WebGL, which is said in its place. */
async function openMap(): Promise<WordMap | undefined> {
  const { wordMap } = await import('./map.js');
  try {
    return wordMap(byId('map'), word => {
      byId('pointed').textContent = word ?? '';
    });
  } catch {
    const sorry = 'The map needs WebGL, which this browser does not give. The answer stands beside it all the same.';
    byId('map').replaceChildren(make('p', { className: 'note' }, sorry));
    return undefined;
  }
}

import { byId, latestOnly, make, percent, showError } from '@residual/appkit';
import type { LensToken } from '@residual/model';
import type { RemoteModel } from '@residual/model/worker';
import { type Drift, driftOf } from './drift.js';
import { drawPaths } from './drift-paths.js';
import { preset } from './settings.js';
import type { State } from './state.js';

const fields = ['first', 'second', 'word'] as const;

/** Shows how attention moves a word apart in two sentences, layer by layer, and what each layer would predict. */
export function driftView(state: State, model: () => Promise<RemoteModel>): void {
  const latest = latestOnly();
  const details = byId<HTMLDetailsElement>('drift');
  const field = (name: (typeof fields)[number]) => byId<HTMLInputElement>(name);

  const compute = async () => {
    const { first, second, word } = state.now;
    const work = (async () => {
      const storyteller = await model();
      const read = (text: string) => storyteller.contextual(text, { lens: 3 });
      return driftOf(await read(first), await read(second), word);
    })();
    try {
      const drift = await latest(work);
      if (!drift) return;
      showError(undefined, 'drift-error');
      show(drift, word);
    } catch (error) {
      showError(error, 'drift-error');
      byId('drift-result').hidden = true;
    }
  };
  const syncControls = () => {
    for (const name of fields) if (field(name).value !== state.now[name]) field(name).value = state.now[name];
    details.open = state.now.drift === 'open';
  };

  details.addEventListener('toggle', () => {
    const drift = details.open ? 'open' : 'closed';
    if (drift !== state.now.drift) state.set({ drift });
  });
  byId('drift-form').addEventListener('submit', event => {
    event.preventDefault();
    state.set({ first: field('first').value, second: field('second').value, word: field('word').value });
    compute();
  });
  byId('drift-reset').addEventListener('click', () => {
    const { first, second, word } = preset;
    state.set({ first, second, word });
  });
  state.on(['drift', ...fields], ({ drift }) => {
    syncControls();
    if (drift === 'open') compute();
  });
  syncControls();
  if (state.now.drift === 'open') compute();
}

/** Shows how a word drifts: a sentence, a row for each layer, and the paths. */
function show({ layers, paths }: Drift, word: string): void {
  byId('drift-result').hidden = false;
  const [start, end] = [layers[0]!.cosine, layers.at(-1)!.cosine];
  byId('drift-answer').textContent =
    `“${word}” enters both sentences almost the same (cosine ${start.toFixed(2)}; only its position differs) ` +
    `and leaves the last layer with cosine ${end.toFixed(2)}.`;
  byId('drift-rows').replaceChildren(
    ...layers.map(({ cosine, lens }, layer) => {
      const fill = make('i');
      fill.style.width = `${100 * Math.max(0, cosine)}%`;
      const name = make('th', {}, layer === 0 ? 'enters' : `${layer}`);
      name.setAttribute('scope', 'row');
      const bar = make('td', { className: 'cosine' }, cosine.toFixed(3), make('div', { className: 'bar' }, fill));
      return make('tr', {}, name, bar, ...lens.map(tokens => make('td', {}, ...tokens.map(lensTokenElement))));
    }),
  );
  drawPaths(paths);
}

const lensTokenElement = ({ text, probability }: LensToken): HTMLElement =>
  make(
    'span',
    { className: 'guess' },
    text.trim() === '' ? JSON.stringify(text) : text.trim(),
    make('small', {}, ` ${percent(probability).replace(' ', '\u00a0')}`),
  );

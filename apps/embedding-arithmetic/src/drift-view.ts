import { byId, isFastLine, latestOnly, make, settingsFold, showError, watchSight } from '@residual/appkit';
import type { RemoteModel } from '@residual/model/worker';
import type { Drift } from './drift.js';
import { DriftPaths } from './drift-paths.js';
import { driftRows, sentenceParts } from './drift-text.js';
import { preset } from './settings.js';
import type { State } from './state.js';

const fields = ['first', 'second', 'word'] as const;
const field = (name: (typeof fields)[number]) => byId<HTMLInputElement>(name);

/** Shows how attention moves a word apart in two sentences, layer by layer, and what each layer would predict. */
export function driftView(state: State, model: () => Promise<RemoteModel>): void {
  const latest = latestOnly();
  const paths = new DriftPaths(document.querySelector<SVGElement>('#paths')!);
  let isWanted = state.now.drift === 'open';

  const compute = async () => {
    isWanted = true;
    byId('drift-offer').hidden = true;
    const { first, second, word } = state.now;
    const work = (async () => {
      const [storyteller, { driftOf }] = await Promise.all([model(), import('./drift.js')]);
      const read = (text: string) => storyteller.contextual(text, { lens: 3 });
      return driftOf(await read(first), await read(second), word);
    })();
    try {
      const drift = await latest(work);
      if (!drift) return;
      showError(undefined, 'drift-error');
      paths.show(drift.paths);
      show(drift, word);
    } catch (error) {
      showError(error, 'drift-error');
      hide();
      paths.show(undefined);
    }
  };
  const said = settingsFold('sentences', () => fields.map(name => `“${field(name).value}”`).join(' · '));
  const syncControls = () => {
    for (const name of fields) if (field(name).value !== state.now[name]) field(name).value = state.now[name];
    byId('said-first').replaceChildren(...sentenceParts(state.now.first, state.now.word));
    byId('said-second').replaceChildren(...sentenceParts(state.now.second, state.now.word));
    said();
  };

  byId('drift-load').addEventListener('click', compute);
  byId('drift-form').addEventListener('submit', event => {
    event.preventDefault();
    state.set({ first: field('first').value, second: field('second').value, word: field('word').value });
    compute();
  });
  byId('drift-reset').addEventListener('click', () => {
    const { first, second, word } = preset;
    state.set({ first, second, word });
    compute();
  });
  state.on(['drift', ...fields], ({ drift }) => {
    syncControls();
    if (drift === 'open' || isWanted) compute();
  });
  syncControls();
  paths.show(undefined);
  if (isWanted) compute();
  else if (isFastLine())
    watchSight(byId('drift-figure'), isInSight => {
      if (isInSight && !isWanted) compute();
    });
}

/** Shows how a word drifts: a sentence, and a row for each layer. */
function show({ layers }: Drift, word: string): void {
  const [start, end] = [layers[0]!.cosine, layers.at(-1)!.cosine];
  byId('drift-answer').replaceChildren(
    `“${word}” enters both sentences almost the same, with cosine `,
    make('strong', {}, start.toFixed(2)),
    `; only its place differs. It leaves the last layer with `,
    make('strong', {}, end.toFixed(2)),
    '.',
  );
  byId('drift-rows').replaceChildren(...driftRows(layers));
  byId('drift-table').hidden = false;
}

/** Removes the last result. */
function hide(): void {
  byId('drift-answer').replaceChildren();
  byId('drift-table').hidden = true;
}

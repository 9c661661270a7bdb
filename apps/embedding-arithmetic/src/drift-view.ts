import { byId, make } from '@residual/appkit';
import type { LensToken } from '@residual/model';
import type { RemoteModel } from '@residual/model/worker';
import { type Drift, driftOf } from './drift.js';
import { latestOnly } from './latest-only.js';
import { preset } from './settings.js';
import { showError } from './show-error.js';
import type { State } from './state.js';

const names = ['first', 'second', 'word'] as const;

/** Shows how attention moves a word apart in two sentences, layer by layer, and what each layer would predict. */
export function driftView(state: State, model: () => Promise<RemoteModel>): void {
  const latest = latestOnly();
  const details = byId<HTMLDetailsElement>('drift');
  const field = (name: (typeof names)[number]) => byId<HTMLInputElement>(name);

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
      showError('drift-error');
      show(drift, word);
    } catch (error) {
      showError('drift-error', error);
      byId('drift-result').hidden = true;
    }
  };
  const syncControls = () => {
    for (const name of names) if (field(name).value !== state.now[name]) field(name).value = state.now[name];
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
  state.on(['drift', ...names], ({ drift }) => {
    syncControls();
    if (drift === 'open') compute();
  });
  syncControls();
  if (state.now.drift === 'open') compute();
}

function show({ layers, paths }: Drift, word: string): void {
  byId('drift-result').hidden = false;
  const [start, end] = [layers[0]!.cosine, layers.at(-1)!.cosine];
  byId('drift-answer').textContent =
    `“${word}” enters both sentences almost the same (cosine ${start.toFixed(2)}; only its position differs) and leaves the last layer at ${end.toFixed(2)}.`;
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
    make('small', {}, ` ${Math.round(100 * probability)}\u00a0%`),
  );

const namespace = 'http://www.w3.org/2000/svg';

function svg(name: string, attributes: Record<string, string | number>, text = ''): SVGElement {
  const element = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, `${value}`);
  element.textContent = text;
  return element;
}

/** Draws the two paths of a word through the layers, 320 units wide. */
function drawPaths(paths: Drift['paths']): void {
  const [width, height, edge] = [320, 220, 24];
  const points = paths.flatMap(path =>
    Array.from({ length: path.length / 2 }, (_, i) => [path[2 * i]!, path[2 * i + 1]!] as const),
  );
  const range = (k: 0 | 1) => {
    const values = points.map(point => point[k]);
    return [Math.min(...values), Math.max(...values)] as const;
  };
  const [[left, right], [bottom, top]] = [range(0), range(1)];
  const scale = Math.min((width - 2 * edge) / (right - left || 1), (height - 2 * edge) / (top - bottom || 1));
  const at = ([x, y]: readonly [number, number]) =>
    [width / 2 + (x - (left + right) / 2) * scale, height / 2 - (y - (bottom + top) / 2) * scale] as const;
  const elements = paths.flatMap((path, i) => {
    const pixels = Array.from({ length: path.length / 2 }, (_, layer) => at([path[2 * layer]!, path[2 * layer + 1]!]));
    const line = svg('polyline', {
      points: pixels.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' '),
      class: i === 0 ? 'one' : 'two',
    });
    const dots = pixels.map(([x, y], layer) =>
      svg('circle', {
        cx: x.toFixed(1),
        cy: y.toFixed(1),
        r: layer === pixels.length - 1 ? 5 : 3,
        class: i === 0 ? 'one' : 'two',
      }),
    );
    const [x, y] = pixels.at(-1)!;
    const onLeft = x > width / 2;
    const label = svg(
      'text',
      { x: (x + (onLeft ? -9 : 9)).toFixed(1), y: (y + 4).toFixed(1), 'text-anchor': onLeft ? 'end' : 'start' },
      i === 0 ? 'first' : 'second',
    );
    return [line, ...dots, label];
  });
  byId('paths').replaceChildren(...elements);
}

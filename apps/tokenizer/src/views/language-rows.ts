import { make, prefersStill } from '@residual/appkit';
import { sides } from '../pair.js';
import type { Side } from '../settings.js';
import type { Article, Cost } from '../work/languages.js';

/** The costs of all languages by both tokenizers. */
export type Costs = Readonly<Record<Side, readonly Cost[]>>;

/** A row for a language. */
export function rowOf({ language, name }: Article): HTMLElement {
  const row = make('div', { className: 'row', role: 'option' });
  row.dataset.language = language;
  const bars = make('span', { className: 'lines' }, ...sides.map(side => make('i', { className: side })));
  row.append(make('span', { className: 'name' }, name), bars, make('span', { className: 'costs' }));
  return row;
}

/** The largest multiple that a bar shows: longer ones would make all others short. */
const widest = 24;

/** Writes the costs of a language into its row. */
export function fillRow(row: HTMLElement, costs: Costs, index: number): void {
  const numbers = sides.map(side => {
    const { ratio, unknown } = costs[side][index]!;
    const bar = row.querySelector<HTMLElement>(`i.${side}`)!;
    bar.style.width = `${(100 * Math.min(ratio, widest)) / widest}%`;
    bar.classList.toggle('lost', unknown > 0);
    return unknown > 0 ? 'lost' : `${ratio.toFixed(1)}×`;
  });
  row
    .querySelector('.costs')!
    .replaceChildren(...numbers.map((number, at) => make('b', { className: sides[at]! }, number)));
}

/** The languages from the cheapest to the dearest; those that lose characters come last. */
export const orderOf = (costs: readonly Cost[]) =>
  [...costs.keys()].sort((a, b) => {
    const [one, other] = [costs[a]!, costs[b]!];
    return Number(one.unknown > 0) - Number(other.unknown > 0) || one.ratio - other.ratio;
  });

/** Changes the order of rows, and lets each glide from where it was. */
export function moveSmoothly(rows: readonly HTMLElement[], change: () => void): void {
  const before = rows.map(row => row.offsetTop);
  const focused = document.activeElement;
  change();
  if (focused instanceof HTMLElement && rows.includes(focused)) focused.focus();
  if (prefersStill()) return;
  for (const [index, row] of rows.entries()) {
    const by = before[index]! - row.offsetTop;
    if (by !== 0) row.animate({ transform: [`translateY(${by}px)`, 'none'] }, { duration: 600, easing: 'ease-in-out' });
  }
}

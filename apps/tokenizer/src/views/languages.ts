import { arrowDirection, byId, chips, latestOnly, make, prefersStill, reportFailure } from '@residual/appkit';
import { sides } from '../pair.js';
import type { Side } from '../settings.js';
import type { Article, Cost } from '../work/languages.js';
import type { Context } from './context.js';

type Costs = Readonly<Record<Side, readonly Cost[]>>;

/** What the same sentence costs in forty languages, by both tokenizers. */
export async function view({ state, pair, worker }: Context): Promise<void> {
  const articles = await worker.articles();
  const list = byId('bars');
  const rows = articles.map(article => rowOf(article));
  const latest = { costs: latestOnly(), sentence: latestOnly() };
  list.replaceChildren(...rows);
  byId('sentence').tabIndex = 0; // on a phone it scrolls

  const show = async () => {
    const found = await latest.costs(Promise.all(sides.map(side => worker.costs(pair.name(side)))));
    if (!found) return;
    const costs: Costs = { first: found[0]!, second: found[1]! };
    chips(
      'sort',
      sides.map(side => [pair.label(side), side] as const),
      sort => state.set({ sort }),
    )(state.now.sort);
    for (const [index, row] of rows.entries()) fillRow(row, costs, index);
    byId('lost').hidden = !Object.values(costs).some(all => all.some(({ unknown }) => unknown > 0));
    const order = orderOf(costs[state.now.sort]);
    moveSmoothly(rows, () => list.replaceChildren(...order.map(index => rows[index]!)));
    byId('languages-said').textContent = sentenceOf(articles, costs[state.now.sort], order, pair.label(state.now.sort));
  };
  const select = async () => {
    const index = Math.max(
      articles.findIndex(({ language }) => language === state.now.language),
      0,
    );
    for (const [at, row] of rows.entries()) {
      row.setAttribute('aria-selected', String(at === index));
      row.tabIndex = at === index ? 0 : -1;
    }
    const { text, language, name } = articles[index]!;
    const cut = Promise.all(sides.map(side => worker.tokenize(pair.name(side), text, false)));
    const found = await latest.sentence(cut);
    if (!found) return;
    const parts = found.map(({ tokens, unknown }, at) => {
      const element = make('residual-token-text', { lang: language });
      element.setAttribute('view', 'text');
      element.show(text, tokens);
      const lost = unknown > 0 ? ` ${unknown} of them only say that something is unknown.` : '';
      const said = `${pair.label(sides[at]!)}: ${tokens.length} tokens.${lost}`;
      return make('div', {}, element, make('p', { className: 'note' }, said));
    });
    byId('sentence').replaceChildren(make('h3', {}, name), ...parts);
  };
  const refresh = () => reportFailure(Promise.all([show(), select()]));

  // Not pointerover, which also fires when the page scrolls under a resting mouse.
  for (const event of ['pointermove', 'pointerdown', 'focusin'])
    list.addEventListener(event, ({ target }) => choose(target as Element));
  const choose = (target: Element) => {
    const language = target.closest<HTMLElement>('[role=option]')?.dataset.language;
    if (language !== undefined) state.set({ language });
  };
  list.addEventListener('keydown', event => {
    const down = -(arrowDirection(event.key)?.[1] ?? 0);
    const order = [...list.children] as HTMLElement[];
    const next = order[order.indexOf(document.activeElement as HTMLElement) + down];
    if (down === 0 || !next) return;
    event.preventDefault();
    next.focus();
  });
  state.on(['language'], () => reportFailure(select()));
  state.on(['sort'], () => reportFailure(show()));
  pair.onChange(refresh);
  refresh();
}

function rowOf({ language, name }: Article): HTMLElement {
  const row = make('div', { className: 'row', role: 'option' });
  row.dataset.language = language;
  const bars = make('span', { className: 'lines' }, ...sides.map(side => make('i', { className: side })));
  row.append(make('span', { className: 'name' }, name), bars, make('span', { className: 'costs' }));
  return row;
}

/** The largest multiple that a bar shows: longer ones would make all others short. */
const widest = 24;

function fillRow(row: HTMLElement, costs: Costs, index: number): void {
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
const orderOf = (costs: readonly Cost[]) =>
  [...costs.keys()].sort((a, b) => {
    const [one, other] = [costs[a]!, costs[b]!];
    return Number(one.unknown > 0) - Number(other.unknown > 0) || one.ratio - other.ratio;
  });

/** Changes the order of rows, and lets each glide from where it was. */
function moveSmoothly(rows: readonly HTMLElement[], change: () => void): void {
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

function sentenceOf(
  articles: readonly Article[],
  costs: readonly Cost[],
  order: readonly number[],
  label: string,
): string {
  const written = order.filter(index => costs[index]!.unknown === 0);
  const [second, last] = [written[1], written.at(-1)];
  const lost = articles.length - written.length;
  const parts = [`${label} needs ${costs[0]!.tokens} tokens in English.`];
  if (second !== undefined && last !== undefined && last !== second) {
    const name = (index: number) => `${articles[index]!.name} ${costs[index]!.ratio.toFixed(1)} times as many`;
    parts.push(`${name(second)}, ${name(last)}.`);
  }
  if (lost > 0) parts.push(`${lost} languages it cannot write: it loses some of their characters.`);
  return parts.join(' ');
}

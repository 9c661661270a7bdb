import { byId, chips, grouped, latestOnly, make, prefersStill, reportFailure } from '@residual/appkit';
import type { DividedWord, Frame, Way } from '../work/word.js';
import type { Context } from './context.js';
import { player } from './player.js';
import { brickRow, directionOf, signed } from './rows.js';
import { sideChips } from './side-chips.js';

/** Words that show how merges work, by the label of their chip. */
const words: readonly (readonly [label: string, word: string])[] = [
  ['unbelievably', 'unbelievably'],
  ['dragonfly', 'dragonfly'],
  ['after a space', ' unbelievably'],
  ['in capitals', 'UNBELIEVABLY'],
  ['a number', '20251130'],
  ['an emoji', '👩‍👧'],
  ['Hindi', 'नमस्ते'],
];

/** How a word is put together from its letters, by one of the two tokenizers. */
export function view({ state, pair, worker }: Context): void {
  const field = byId<HTMLInputElement>('word');
  const rows = byId('film-rows');
  rows.tabIndex = 0; // a long word scrolls
  const latest = latestOnly();
  const film = player({
    play: byId<HTMLButtonElement>('film-play'),
    step: byId<HTMLButtonElement>('film-step'),
    slider: byId<HTMLInputElement>('film-at'),
    picture: rows,
    show: frame => {
      for (const [index, row] of [...(rows.firstElementChild?.children ?? [])].entries())
        row.classList.toggle('ahead', index > frame);
    },
    spoken: frame => `${frame} merges`,
  });
  const markSide = sideChips('film-sides', pair, side => state.set({ film: side }));
  const markWord = chips('words', words, word => state.set({ word }));

  const show = async () => {
    const { word, film: side } = state.now;
    if (field.value !== word) field.value = word;
    markWord(word);
    markSide(side);
    const divided = await latest(worker.divide(pair.name(side), word));
    if (!divided) return;
    rows.replaceChildren(pictureOf(divided, word));
    byId('film-said').textContent = sentenceOf(divided, word, pair.label(side));
    const isFilm = divided.kind === 'merges' && divided.frames.length > 1;
    byId('film-controls').hidden = !isFilm;
    film.open(Math.max(rows.querySelectorAll('li').length - 1, 0), prefersStill() || !isFilm);
  };
  const refresh = () => reportFailure(show());
  field.addEventListener('input', () => state.set({ word: field.value }));
  state.on(['word', 'film'], refresh);
  pair.onChange(refresh);
  refresh();
}

function pictureOf(divided: DividedWord, word: string): HTMLElement {
  const dir = directionOf(word);
  const list = make('ol', {});
  if (divided.kind === 'merges') list.append(...divided.frames.map(frame => frameRow(frame, dir, divided.count)));
  if (divided.kind === 'ways') list.append(...divided.ways.map(way => wayRow(way, dir, divided.ways[0]!)));
  return list;
}

type Direction = ReturnType<typeof directionOf>;

function frameRow({ bricks, merge }: Frame, dir: Direction, count: number): HTMLElement {
  if (!merge) {
    const areLetters = bricks.every(({ text }) => [...text].length === 1);
    return brickRow([`${bricks.length} ${areLetters ? 'letters' : 'bytes'} to begin with`], { bricks, dir });
  }
  const said = [make('b', {}, `merge ${grouped(merge.number)}`), ` of ${grouped(count)}: `];
  const parts = [make('q', {}, signed(merge.left)), ' + ', make('q', {}, signed(merge.right))];
  return brickRow([...said, ...parts], { bricks, dir, fresh: merge.index });
}

/** How much less likely a way is than the best one. */
function wayRow(way: Way, dir: Direction, best: Way): HTMLElement {
  const times = Math.exp(best.score - way.score);
  const less = times < 1e6 ? grouped(Number(times.toPrecision(3))) : `10${raised(Math.round(Math.log10(times)))}`;
  const said = way === best ? [make('b', {}, 'the most likely')] : [`${less} times less likely`];
  const score = ` (log-probability ${way.score.toFixed(1).replace('-', '−')})`;
  return brickRow([...said, score], { bricks: way.bricks, dir });
}

/** A whole number as an exponent. */
const raised = (exponent: number) => [...String(exponent)].map(digit => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('');

/** What the picture says, in words. */
function sentenceOf(divided: DividedWord, word: string, label: string): string {
  if (divided.kind === 'other')
    return `${label} neither merges nor weighs: from left to right it takes the longest token that fits.`;
  const last = divided.kind === 'merges' ? divided.frames.at(-1) : divided.ways[0];
  if (!last) return 'Type a word.';
  const tokens = `${last.bricks.length} token${last.bricks.length === 1 ? '' : 's'}`;
  const cut = `“${word}” becomes ${tokens}: ${last.bricks.map(({ text }) => signed(text)).join(', ')}.`;
  if (divided.kind === 'merges') {
    const merges = divided.frames.length - 1;
    return `${cut} That took ${merges} merge${merges === 1 ? '' : 's'}, of the ${grouped(divided.count)} on its list.`;
  }
  const why = 'It knows how likely each token is, and takes the cut that is most likely as a whole.';
  return `${label} does not merge. ${why} ${cut}`;
}

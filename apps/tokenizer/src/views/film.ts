import { byId, chips, grouped, latestOnly, make, prefersStill, reportFailure } from '@residual/appkit';
import { sides } from '../pair.js';
import type { DividedWord, Frame, Way } from '../work/word.js';
import type { Context } from './context.js';
import { player } from './player.js';
import { brickRow, signed } from './rows.js';

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
  const markWord = chips('words', words, word => state.set({ word }));

  const show = async () => {
    const { word, film: side } = state.now;
    if (field.value !== word) field.value = word;
    markWord(word);
    const markSide = chips(
      'film-sides',
      sides.map(each => [pair.label(each), each] as const),
      each => state.set({ film: each }),
    );
    markSide(side);
    const divided = await latest(worker.divide(pair.name(side), word));
    if (!divided) return;
    rows.replaceChildren(pictureOf(divided));
    byId('film-said').textContent = sentenceOf(divided, word, pair.label(side));
    const count = divided.kind === 'merges' ? Math.max(divided.frames.length - 1, 0) : 0;
    byId('film-controls').hidden = count === 0;
    film.open(count, prefersStill());
  };
  const refresh = () => reportFailure(show());
  field.addEventListener('input', () => state.set({ word: field.value }));
  state.on(['word', 'film'], refresh);
  pair.onChange(refresh);
  refresh();
}

function pictureOf(divided: DividedWord): HTMLElement {
  const list = make('ol', {});
  if (divided.kind === 'merges')
    list.append(...divided.frames.map((frame, index) => frameRow(frame, index, divided.count)));
  if (divided.kind === 'ways') list.append(...divided.ways.map((way, index) => wayRow(way, divided.ways[0]!, index)));
  return list;
}

function frameRow({ bricks, merge }: Frame, index: number, count: number): HTMLElement {
  if (!merge) {
    const areLetters = bricks.every(({ text }) => [...text].length === 1);
    return brickRow([`${bricks.length} ${areLetters ? 'letters' : 'bytes'} to begin with`], bricks);
  }
  const said = [make('b', {}, `merge ${grouped(merge.number)}`), ` of ${grouped(count)}: `];
  const parts = [make('q', {}, signed(merge.left)), ' + ', make('q', {}, signed(merge.right))];
  const row = brickRow([...said, ...parts], bricks, merge.index);
  row.dataset.merge = String(index);
  return row;
}

/** How much less likely a way is than the best one. */
function wayRow({ bricks, score }: Way, best: Way, index: number): HTMLElement {
  const times = Math.exp(best.score - score);
  const less =
    times < 1e6 ? grouped(Number(times.toPrecision(3))) : `10 to the power of ${Math.round(Math.log10(times))}`;
  const said = index === 0 ? [make('b', {}, 'the most likely')] : [`${less} times less likely`];
  return brickRow([...said, ` (log-probability ${score.toFixed(1).replace('-', '−')})`], bricks);
}

/** What the picture says, in words. */
function sentenceOf(divided: DividedWord, word: string, label: string): string {
  if (divided.kind === 'other')
    return `${label} neither merges nor weighs: from left to right it takes the longest token that fits.`;
  const last = divided.kind === 'merges' ? divided.frames.at(-1) : divided.ways[0];
  if (!last) return 'Type a word.';
  const tokens = `${last.bricks.length} token${last.bricks.length === 1 ? '' : 's'}`;
  const cut = `“${word}” becomes ${tokens}: ${last.bricks.map(({ text }) => signed(text)).join(', ')}.`;
  if (divided.kind === 'merges')
    return `${cut} ${divided.frames.length - 1} of the ${grouped(divided.count)} merges fit.`;
  const why = 'It knows how likely each token is, and takes the cut that is most likely as a whole.';
  return `${label} does not merge. ${why} ${cut}`;
}

import {
  byId,
  colourOf,
  debounce,
  fitCanvas,
  make,
  on,
  onColourScheme,
  reportFailure,
  type State,
} from '@residual/appkit';
import { toImageData } from '@residual/vision';
import { type Heat, paintHeat } from './heat.js';
import type { Library } from './library.js';
import type { LookedAt, Shown } from './looked-at.js';
import { showPictures } from './picture-list.js';
import type { Search } from './search.js';
import type { Session } from './session.js';
import type { Settings } from './settings.js';
import { shownTerm } from './sum.js';
import { whereView } from './where-view.js';

/** How many pictures that are near are shown. */
const topPictures = 12;

/** Milliseconds without a new picture before a word is looked for in it. */
const pause = 500;

/** Wires the picture that is looked at, and what is near to it. */
export function pictureView(
  state: State<Settings>,
  session: Session,
  { library, search, lookedAt }: { readonly library: Library; readonly search: Search; readonly lookedAt: LookedAt },
): void {
  const canvas = byId<HTMLCanvasElement>('seen');
  const word = byId<HTMLInputElement>('word');
  const nearWords = byId<HTMLElementTagNameMap['residual-neighbours']>('near-words');
  let heat: Heat | undefined;
  const paint = () => paintSeen(canvas, lookedAt.shown, heat);
  const where = whereView(state, session, { search, lookedAt }, next => {
    heat = next;
    paint();
  });
  const locate = debounce(() => reportFailure(where.locate(word.placeholder)), pause);
  lookedAt.onChange(shown => {
    where.clear();
    locate.cancel();
    heat = undefined;
    byId('look-result').hidden = !shown;
    paint();
    if (!shown) return;
    const { pictures, words } = search.nearest(shown.vector, topPictures);
    const nearestWord = words[0]?.word ?? '';
    word.placeholder = nearestWord;
    byId('seen-name').textContent = `${shown.name}; the model reads it as ${session.size} × ${session.size}`;
    byId('look-answer').replaceChildren('The nearest word is ', make('strong', {}, nearestWord), '.');
    showPictures(byId('near-pictures'), library, pictures, lookedAt.choose);
    nearWords.neighbours = words.map(({ cosine, ...hit }) => ({ ...hit, similarity: cosine }));
    locate();
  });
  const addTerm = (sign: string) => {
    const term = state.now.picture === '' ? shownTerm : state.now.picture;
    const sum = state.now.sum.trim();
    state.set({ sum: sum === '' ? `${sign === '−' ? '− ' : ''}${term}` : `${sum} ${sign} ${term}` });
    byId('sum').focus();
  };
  on('add', 'click', () => addTerm('+'));
  on('subtract', 'click', () => addTerm('−'));
  nearWords.addEventListener('residual-neighbour', ({ detail }) => state.set({ word: detail.word }));
  onColourScheme(paint);
  new ResizeObserver(paint).observe(canvas);
}

/** Paints a picture as large as the canvas, and a tint over it. */
function paintSeen(canvas: HTMLCanvasElement, shown: Shown | undefined, heat: Heat | undefined): void {
  const { clientWidth: side } = canvas;
  if (side === 0) return;
  const context = fitCanvas(canvas, { width: side, height: side }, devicePixelRatio);
  if (!shown) return;
  const { width, height } = shown.image;
  const pixels = new OffscreenCanvas(width, height);
  pixels.getContext('2d')!.putImageData(toImageData(shown.image), 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(pixels, 0, 0, side, side);
  if (heat) paintHeat(context, heat, { side, colour: colourOf(canvas.parentElement!, '--tint') });
}

import { make } from '@residual/appkit';
import { defineRibbons, type WordDetail } from '@residual/elements';
import type { MakeView } from '../../frame/step.js';
import type { Calls, TranslatedText } from './calls.js';
import { englishField, englishOf, translatorSize } from './english-field.js';

/** A sentence in French, with ribbons from each French word to the English words that it looked at. */
export const view: MakeView = (place, { state, calls: connect }) => {
  defineRibbons();
  const calls = connect<Calls>('beyond');
  const field = englishField('english', state);
  const french = make('p', { className: 'french', id: 'french', lang: 'fr', role: 'status' });
  const ribbons = make('residual-ribbons', { id: 'translation-ribbons' });
  const names = { 'source-lang': 'en', 'target-lang': 'fr', 'source-label': 'English', 'target-label': 'French' };
  for (const [name, value] of Object.entries(names)) ribbons.setAttribute(name, value);
  const more = make('p', { className: 'note' }, 'Beam search, every head, and longer texts are on the page of ');
  more.append(make('a', { href: '../translation/' }, 'translations'), '.');
  const beyond = make('p', { className: 'note' });
  beyond.append(
    'A picture can be cut into small squares and a sound into short slices. Each becomes a vector, and the rest is ' +
      'the same. What is written need not be words either: ',
    make('a', { href: '../drawing/' }, 'words that draw'),
    ' shows a model whose tokens are the points of a pen, and one whose tokens are the patches of an emoji. ',
    make('a', { href: '../speech/#part=speak' }, 'Text to voice'),
    ' shows one that decides how long and how high each sound of a sentence is.',
  );
  place.append(field.element, french, ribbons, beyond, more);

  ribbons.addEventListener('residual-word', event => {
    const { side, index } = (event as CustomEvent<WordDetail>).detail;
    if (side === 'target' && isTouched) state.set({ frenchWord: index });
  });
  let isTouched = false; // by the visitor, not by the update
  let shown: { readonly english: string; readonly text: TranslatedText } | undefined;
  return async ({ settings, signal }) => {
    field.show(settings);
    const english = englishOf(settings);
    if (!shown) french.textContent = `The translator${await translatorSize(calls)} is on its way…`;
    const text = shown?.english === english ? shown.text : await calls.translate(english, signal);
    signal.throwIfAborted();
    if (shown?.text !== text) {
      french.textContent = text.translation;
      ribbons.show(text);
    }
    shown = { english, text };
    if (text.target.length === 0) return;
    const word = settings.frenchWord < 0 ? surestWord(text) : Math.min(settings.frenchWord, text.target.length - 1);
    isTouched = false;
    if (ribbons.selected?.side !== 'target' || ribbons.selected.index !== word) ribbons.select('target', word);
    isTouched = true;
  };
};

/** The French word that looked most at a single English word. */
function surestWord({ source, target, weights: { data } }: TranslatedText): number {
  const largest = target.map((_, word) => Math.max(...data.subarray(word * source.length, (word + 1) * source.length)));
  return largest.indexOf(Math.max(...largest));
}

import { debounce, make } from '@residual/appkit';
import { defineRibbons, type WordDetail } from '@residual/elements';
import type { MakeView } from '../../frame/step.js';
import { maxCharacters } from '../../settings.js';
import type { Calls, TranslatedText } from './calls.js';
import { settings as preset } from './settings.js';

/** A sentence in French, with ribbons from each French word to the English words that it looked at. */
export const view: MakeView = (place, { state, calls: connect }) => {
  defineRibbons();
  const calls = connect<Calls>('beyond');
  const field = make('input', {
    type: 'text',
    id: 'english',
    maxLength: maxCharacters,
    lang: 'en',
    autocomplete: 'off',
  });
  const help = make('small', { id: 'english-help' });
  help.textContent = 'This translator learned from short everyday sentences, so it has a sentence of its own.';
  field.setAttribute('aria-describedby', help.id);
  const french = make('p', { className: 'french', id: 'french', lang: 'fr', role: 'status' });
  const ribbons = make('residual-ribbons', { id: 'translation-ribbons' });
  const names = { 'source-lang': 'en', 'target-lang': 'fr', 'source-label': 'English', 'target-label': 'French' };
  for (const [name, value] of Object.entries(names)) ribbons.setAttribute(name, value);
  const more = make('p', { className: 'note' }, 'Beam search, every head, and longer texts are on the page of ');
  more.append(make('a', { href: '../translation/' }, 'translations'), '.');
  place.append(make('label', { className: 'english' }, 'In English', field, help), french, ribbons, more);

  const share = debounce(() => state.set({ english: field.value, frenchWord: -1 }), 250);
  field.addEventListener('input', share);
  ribbons.addEventListener('residual-word', event => {
    const { side, index } = (event as CustomEvent<WordDetail>).detail;
    if (side === 'target' && isTouched) state.set({ frenchWord: index });
  });
  let isTouched = false; // by the visitor, not by the update
  let shown: { readonly english: string; readonly text: TranslatedText } | undefined;
  return async ({ settings, signal }) => {
    if (document.activeElement !== field) field.value = settings.english;
    const english = settings.english.slice(0, maxCharacters).trim() || preset.english;
    if (!shown) french.textContent = 'The translator is on its way…';
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

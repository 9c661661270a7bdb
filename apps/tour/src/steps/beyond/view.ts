import { make, percent } from '@residual/appkit';
import { defineRibbons, type WordDetail } from '@residual/elements';
import type { MakeView, Tokens } from '../../frame/step.js';
import type { Calls, TranslatedText } from './calls.js';

/** The sentence in French, with ribbons from each French word to the English words that it looked at. */
export const view: MakeView = (place, tour) => {
  defineRibbons();
  const calls = tour.calls<Calls>('beyond');
  const french = make('p', { className: 'french', id: 'french', lang: 'fr' });
  const ribbons = make('residual-ribbons', { id: 'translation-ribbons' });
  const names = { 'source-lang': 'en', 'target-lang': 'fr', 'source-label': 'English', 'target-label': 'French' };
  for (const [name, value] of Object.entries(names)) ribbons.setAttribute(name, value);
  const told = make('p', { className: 'answer', id: 'translation-answer', role: 'status' });
  const more = make('p', { className: 'note' }, 'Beam search, every head, and texts of your own are on the page of ');
  more.append(make('a', { href: '../translation/' }, 'translations'), '.');
  place.append(french, ribbons, told, more);
  ribbons.addEventListener('residual-word', event => {
    const { detail } = event as CustomEvent<WordDetail>;
    if (detail.side === 'target') tour.state.set({ frenchWord: detail.index });
  });
  let shown: { readonly tokens: Tokens; readonly text: TranslatedText } | undefined;
  return async ({ settings, tokens, signal }) => {
    if (!shown) french.textContent = 'The translator is on its way…';
    const text = shown?.tokens === tokens ? shown.text : await calls.translate(tokens.text, signal);
    signal.throwIfAborted();
    if (shown?.tokens !== tokens) {
      shown = { tokens, text };
      french.textContent = text.translation;
      ribbons.show({ source: text.source, target: text.target, weights: text.weights });
    }
    const word = settings.frenchWord < 0 ? strongestWord(text) : Math.min(settings.frenchWord, text.target.length - 1);
    if (text.target.length === 0) return;
    if (ribbons.selected?.side !== 'target' || ribbons.selected.index !== word) ribbons.select('target', word);
    const { source, weight } = lookedAt(text, word);
    told.textContent = `While writing “${text.target[word]}” the model looked at “${source}” (${percent(weight)}).`;
  };
};

/** The English word that a French word looked at most. */
function lookedAt({ source, weights: { data } }: TranslatedText, word: number) {
  const row = data.subarray(word * source.length, (word + 1) * source.length);
  const best = row.reduce((at, weight, i) => (weight > row[at]! ? i : at), 0);
  return { source: source[best] ?? '', weight: row[best] ?? 0 };
}

/** The French word whose look was the surest. */
const strongestWord = (text: TranslatedText): number =>
  text.target.reduce((best, _, word) => (lookedAt(text, word).weight > lookedAt(text, best).weight ? word : best), 0);

import { make, percent } from '@residual/appkit';
import type { LensToken } from '@residual/model';
import type { Drift } from './drift.js';

/** A sentence with the last occurrence of a word marked. */
export function sentenceParts(sentence: string, word: string): (Node | string)[] {
  const start = word === '' ? -1 : sentence.lastIndexOf(word);
  if (start < 0) return [sentence];
  return [sentence.slice(0, start), make('strong', {}, word), sentence.slice(start + word.length)];
}

/** A row for each layer: the cosine of the word in the two sentences, and what the model would write next. */
export function driftRows(layers: Drift['layers']): HTMLElement[] {
  return layers.map(({ cosine, lens }, layer) => {
    const fill = make('i');
    fill.style.width = `${100 * Math.max(0, cosine)}%`;
    const name = make('th', {}, layer === 0 ? 'enters' : `${layer}`);
    name.setAttribute('scope', 'row');
    const bar = make('td', { className: 'cosine' }, cosine.toFixed(3), make('div', { className: 'bar' }, fill));
    return make('tr', {}, name, bar, ...lens.map(tokens => make('td', {}, ...tokens.map(lensTokenElement))));
  });
}

const lensTokenElement = ({ text, probability }: LensToken): HTMLElement =>
  make(
    'span',
    { className: 'guess' },
    text.trim() === '' ? JSON.stringify(text) : text.trim(),
    make('small', {}, ` ${percent(probability).replace(' ', '\u00a0')}`),
  );

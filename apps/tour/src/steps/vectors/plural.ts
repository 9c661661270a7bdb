import { fixed, make } from '@residual/appkit';
import type { ProjectedWord } from '@residual/word-vectors';

/** How far words lie along the step from cat to cats. */
export function pluralFigure() {
  const list = make('ol', { className: 'plural', id: 'plural' });
  const element = make('div', {}, make('h3', {}, 'How plural is a number?'), list);
  element.append(make('p', { className: 'note' }, 'Cosines with the step from “cat” to “cats”.'));
  return {
    element,
    show: (words: readonly ProjectedWord[]): void => {
      const largest = Math.max(...words.map(({ coordinate }) => Math.abs(coordinate)));
      list.replaceChildren(
        ...words.map(({ word, coordinate }) => {
          const bar = make('i');
          bar.classList.toggle('negative', coordinate < 0);
          bar.style.width = `${(50 * Math.abs(coordinate)) / largest}%`;
          const figure = make('span', { className: 'figure' }, fixed(coordinate, 3));
          return make('li', {}, make('b', {}, word), make('span', { className: 'bar' }, bar), figure);
        }),
      );
    },
  };
}

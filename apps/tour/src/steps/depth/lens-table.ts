import { make } from '@residual/appkit';
import type { Guesses } from './calls.js';
import { layerName } from './stream-view.js';

/** What each layer would say after each token, as a table; a token is chosen by its column. */
export function lensTable(choose: (token: number) => void) {
  const table = make('table', { id: 'lens' });
  const element = make('div', { className: 'lens' }, table);
  return {
    element,
    show: (texts: readonly string[], guesses: Guesses, chosen: number): void => {
      const heads = texts.map((text, i) => {
        const button = make('button', { type: 'button' }, text);
        button.setAttribute('aria-pressed', String(i === chosen));
        button.addEventListener('click', () => choose(i));
        const cell = make('th', { scope: 'col' }, button);
        return cell;
      });
      const rows = guesses.map((layer, index) => {
        const cells = layer.map(([best], i) => {
          const { text, probability } = best!;
          const cell = make('td', { title: `${(100 * probability).toFixed(1)}%` }, text.trim() || '␣');
          cell.style.setProperty('--share', `${(100 * probability).toFixed(1)}%`);
          cell.classList.toggle('chosen', i === chosen);
          cell.classList.toggle('right', i + 1 < texts.length && text.trim() === texts[i + 1]);
          return cell;
        });
        return make('tr', {}, make('th', { scope: 'row' }, layerName(index)), ...cells);
      });
      const first = make('tr', {}, make('th', { scope: 'col' }, 'after'), ...heads);
      const caption = make('caption', { className: 'unseen' }, 'What each layer would say after each token');
      table.replaceChildren(caption, make('thead', {}, first), make('tbody', {}, ...rows));
    },
  };
}

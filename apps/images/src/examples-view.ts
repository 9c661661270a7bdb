import { byId, make, type State } from '@residual/appkit';
import { examples } from './examples.js';
import type { Library } from './library.js';
import { pictureOf } from './picture-list.js';
import type { Settings } from './settings.js';

/** Fills the row of sums to try, of which the current one is marked; an emoji is shown as its picture. */
export function examplesView(state: State<Settings>, library: Library): void {
  const buttons = examples.map(({ sum }) => {
    const parts = sum.split(' ').flatMap(part => {
      const row = library.rowOf(part);
      return [row === undefined ? part : pictureOf(library, row), ' '];
    });
    const button = make('button', { type: 'button', value: sum }, ...parts.slice(0, -1));
    button.addEventListener('click', () => state.set({ sum }));
    return button;
  });
  const mark = () => {
    for (const button of buttons) button.ariaPressed = String(button.value === state.now.sum);
  };
  state.on(['sum'], mark);
  mark();
  byId('examples').append(...buttons);
}

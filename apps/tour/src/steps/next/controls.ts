import type { State } from '@residual/appkit';
import { fixed, make } from '@residual/appkit';
import type { Settings } from '../../settings.js';

/** The temperature and the buttons of a draw. */
export interface Controls {
  readonly elements: readonly HTMLElement[];
  /** Shows the temperature and the state of the buttons. */
  show(of: { readonly temperature: number; readonly isWriting: boolean; readonly isFull: boolean }): void;
}

/** Makes the controls; `draw` draws one token, `write` starts and stops to draw one after another. */
export function drawControls(state: State<Settings>, { draw, write }: { draw(): void; write(): void }): Controls {
  const slider = make('input', { type: 'range', id: 'temperature', min: '0.1', max: '2', step: '0.1' });
  const value = make('output', { className: 'figure' });
  const help = make('small', { id: 'temperature-help' });
  help.textContent = 'Below 1 the likely tokens gain, above 1 the unlikely ones; at 1 the shares are the model’s own.';
  slider.setAttribute('aria-describedby', help.id);
  slider.addEventListener('input', () => state.set({ temperature: Number(slider.value) }));
  const one = make('button', { type: 'submit', id: 'draw' }, 'Draw a token');
  const many = make('button', { type: 'button', id: 'write' }, 'Keep writing');
  const other = make('button', { type: 'button', id: 'reseed' }, 'Other luck');
  const buttonHelp = make('small', { id: 'draw-help' });
  buttonHelp.textContent =
    'A list of random numbers places the needle, so the same link tells the same story; “Other luck” takes another ' +
    'list.';
  for (const button of [one, many, other]) button.setAttribute('aria-describedby', buttonHelp.id);
  many.addEventListener('click', write);
  other.addEventListener('click', () => state.set({ seed: (state.now.seed + 1) % 2 ** 32 }));
  const form = make('form', {}, make('div', { className: 'buttons' }, one, many, other), buttonHelp);
  form.addEventListener('submit', event => {
    event.preventDefault();
    draw();
  });
  const label = make('label', {}, make('span', {}, 'Temperature ', value), slider, help);
  return {
    elements: [label, form],
    show: ({ temperature, isWriting, isFull }) => {
      slider.value = String(temperature);
      value.textContent = fixed(temperature, 1);
      many.textContent = isWriting ? 'Stop' : 'Keep writing';
      [one.disabled, many.disabled] = [isFull || isWriting, isFull && !isWriting];
    },
  };
}

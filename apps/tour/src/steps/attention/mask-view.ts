import { make } from '@residual/appkit';
import { tinyModels } from './tiny-view.js';

/** A switch that takes the mask away, its effect on the loss, and two tiny models that learn with it and without it. */
export function maskView(change: (leak: boolean) => void, worker: Worker) {
  const box = make('input', { type: 'checkbox', id: 'leak' });
  box.setAttribute('role', 'switch');
  const help = make('small', { id: 'leak-help' }, 'Off: a token sees itself and what came before. On: it sees all.');
  box.setAttribute('aria-describedby', help.id);
  box.addEventListener('change', () => change(box.checked));
  const told = make('p', { className: 'answer', id: 'leak-loss', role: 'status' });
  const toggle = make('label', { className: 'leak' }, box, make('span', {}, 'Let the future leak'));
  const tiny = tinyModels(worker);
  return {
    element: make('div', { className: 'side' }, make('div', {}, toggle, help), told, tiny.element),
    /** Ends the training of the tiny models. */
    stop: tiny.stop,
    show: (leak: boolean, masked: number, leaking: number | undefined): void => {
      box.checked = leak;
      told.textContent =
        leaking === undefined
          ? `With the mask, the loss over this sentence is ${masked.toFixed(2)}. It says how surprised the model is ` +
            'by the words that do come next: the lower, the better.'
          : `Without the mask the loss over this sentence is ${leaking.toFixed(2)}, with it ${masked.toFixed(2)}. ` +
            'This model has never seen a future, so the answers before its eyes only confuse it.';
    },
  };
}

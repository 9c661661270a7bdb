import { debounce, make } from '@residual/appkit';
import { defineBars } from '@residual/elements';
import type { FactToken } from './calls.js';

const starts = ['a fish', 'a frog', 'a bird', 'a king', 'a princess', 'a bear'];

/** What is stored about the beginning of a sentence, and the perceptrons that can be silenced one by one. */
export function factView(
  depth: number,
  change: (settings: { readonly factStart?: string; readonly silent?: string }) => void,
) {
  defineBars();
  const bars = make('residual-bars', { id: 'fact-bars' });
  bars.setAttribute('before', 'all perceptrons');
  bars.setAttribute('after', 'some silent');
  bars.setAttribute('label', 'What comes next');
  const field = make('input', { type: 'text', id: 'fact-start', maxLength: 40, autocomplete: 'off' });
  const help = make('small', { id: 'fact-help' }, 'Try a king, a frog, or somebody whom no story knows.');
  field.setAttribute('aria-describedby', help.id);
  field.setAttribute('list', 'fact-starts');
  const offered = make('datalist', { id: 'fact-starts' }, ...starts.map(value => make('option', { value })));
  const share = debounce(() => change({ factStart: field.value }), 250);
  field.addEventListener('input', share);
  const told = make('p', { className: 'answer', id: 'fact-answer', role: 'status' });
  let silent: readonly number[] = [];
  const buttons = Array.from({ length: depth }, (_, layer) => {
    const button = make('button', { type: 'button' }, `block ${layer}`);
    button.addEventListener('click', () => {
      const others = silent.filter(each => each !== layer);
      const next = others.length < silent.length ? others : [...silent, layer].sort();
      change({ silent: next.join('') });
    });
    return button;
  });
  const group = make('fieldset', { className: 'chips' }, ...buttons);
  group.setAttribute('aria-label', 'Perceptrons to silence');
  const label = make('label', {}, 'Once upon a time, there was', field, 'who lived in a big …', help);
  const side = make('div', { className: 'side' }, label, offered, told);
  side.append(make('div', {}, make('p', { className: 'note' }, 'Silence the perceptron of'), group));
  return {
    element: make('div', { className: 'two' }, side, bars),
    show: (start: string, tokens: readonly FactToken[], blocks: readonly number[]): void => {
      silent = blocks;
      if (document.activeElement !== field) field.value = start;
      for (const [layer, button] of buttons.entries())
        button.setAttribute('aria-pressed', String(blocks.includes(layer)));
      const [best] = tokens;
      bars.bars = tokens.map(token => ({ ...token, chosen: token === best }));
      const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
      const rest =
        blocks.length === 0 ? '.' : `, and ${percent(best!.after)} with ${blocks.length} of ${depth} silent.`;
      told.textContent = `“${best!.text.trim()}” gets ${percent(best!.before)}${rest}`;
    },
  };
}

import { debounce, make } from '@residual/appkit';
import type { NameProbability } from './calls.js';
import { afterName } from './texts.js';

/** The name that stands at the beginning instead. */
export const otherName = (name: string): string => (name === 'Sue' ? 'Lily' : 'Sue');

/** A name at the beginning of a story, and how likely it is at the end. */
export function nameView(change: (settings: { readonly factName: string }) => void) {
  const field = make('input', { type: 'text', id: 'fact-name', maxLength: 20, autocomplete: 'off' });
  const help = make('small', { id: 'fact-name-help' }, 'Try Anna, Tim, or a name that no story has.');
  field.setAttribute('aria-describedby', help.id);
  const share = debounce(() => change({ factName: field.value }), 250);
  field.addEventListener('input', share);
  const told = make('p', { className: 'answer', id: 'name-answer', role: 'status' });
  const label = make(
    'label',
    {},
    'Once upon a time, there was a little girl named',
    field,
    `${afterName.slice(2)} …`,
    help,
  );
  return {
    element: make('div', { className: 'two' }, label, told),
    show: (name: string, { same, other, distance }: NameProbability): void => {
      if (document.activeElement !== field) field.value = name;
      const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
      told.textContent =
        `“${name}” gets ${percent(same)} at the end, and ${percent(other)} if the girl is called ${otherName(name)}: ` +
        `attention carries the name across ${distance} tokens.`;
    },
  };
}

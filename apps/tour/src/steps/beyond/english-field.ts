import { debounce, make, megabytes, type State } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import { maxCharacters, type Settings } from '../../settings.js';
import type { Calls } from './calls.js';
import { settings as preset } from './settings.js';

/** The field of the English sentence, which all steps with the translator share. */
export function englishField(id: string, state: State<Settings>) {
  const properties = { type: 'text', id, maxLength: maxCharacters, lang: 'en' } as const;
  const field = make('input', { ...properties, autocomplete: 'off' });
  const help = make('small', { id: `${id}-help` });
  help.textContent = 'This translator learned from short everyday sentences, so it has a sentence of its own.';
  field.setAttribute('aria-describedby', help.id);
  const share = debounce(() => state.set({ english: field.value, frenchWord: -1, crossToken: -1 }), 250);
  field.addEventListener('input', share);
  return {
    element: make('label', { className: 'english' }, 'In English', field, help),
    show: ({ english }: Pick<Settings, 'english'>): void => {
      if (document.activeElement !== field) field.value = english;
    },
  };
}

/** The sentence that the translator reads; the preset if there is none. */
export const englishOf = ({ english }: Pick<Settings, 'english'>): string =>
  english.slice(0, maxCharacters).trim() || preset.english;

/** The size of the translator in words, ` (19.4 MB)`; empty if its server does not say. */
export async function translatorSize(calls: Remote<Calls>): Promise<string> {
  const bytes = await calls.bytes();
  return bytes === undefined ? '' : ` (${megabytes(bytes)} MB)`;
}

import { byId, make, on } from '@residual/appkit';
import { readControls, set } from '../controls.js';

/** Beginnings to try, with the names of their buttons. */
const beginnings: readonly (readonly [name: string, prompt: string])[] = [
  ['a fluffy blue creature', 'Once upon a time, there was a fluffy blue creature who'],
  ['a lost key', 'Lily found a tiny golden key under the old tree. She'],
  ['a proud dragon', 'The dragon was very proud of his fire, but one day'],
  ['rain', 'It was raining, and Tom could not go outside. So he'],
];

/** Wires the beginnings and the field in which one writes one's own; `begin` writes the story of a beginning. */
export function beginningsView(begin: () => Promise<void>): () => void {
  const [form, story] = [byId('edit'), byId('story')];
  const field = byId<HTMLTextAreaElement>('prompt');
  const buttons = beginnings.map(([name, prompt]) => {
    const button = make('button', { type: 'button' }, name);
    button.addEventListener('click', () => {
      set({ prompt });
      byId<HTMLFormElement>('edit').requestSubmit();
    });
    return { button, prompt };
  });
  const own = make('button', { type: 'button', id: 'own' }, 'write your own');
  byId('beginnings').append(...buttons.map(({ button }) => button), own);

  const close = () => {
    const hadFocus = form.contains(document.activeElement);
    [form.hidden, story.hidden] = [true, false];
    if (hadFocus) own.focus();
  };
  const open = () => {
    [form.hidden, story.hidden] = [false, true];
    field.focus();
    field.select();
  };
  let written = '';
  const cancel = () => {
    set({ prompt: written });
    close();
  };
  own.addEventListener('click', open);
  story.addEventListener('dblclick', open);
  byId('cancel-edit').addEventListener('click', cancel);
  field.addEventListener('keydown', event => {
    if (event.key === 'Escape') cancel();
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId<HTMLFormElement>('edit').requestSubmit();
  });
  on('edit', 'submit', () => {
    close();
    return begin();
  });
  return () => {
    written = readControls().prompt;
    close();
    for (const { button, prompt } of buttons) button.setAttribute('aria-pressed', String(prompt === written));
  };
}

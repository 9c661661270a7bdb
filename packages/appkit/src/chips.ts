import { byId, make } from './page.js';

/**
 * Fills a group with buttons, one for each choice, described by the sentence `ID-help`; returns the function that marks
 * the chosen one.
 */
export function chips<Value>(
  id: string,
  choices: readonly (readonly [label: string, value: Value])[],
  choose: (value: Value) => void,
): (chosen: Value) => void {
  const buttons = choices.map(([label, value]) => {
    const button = make('button', { type: 'button' }, label);
    button.setAttribute('aria-describedby', `${id}-help`);
    button.addEventListener('click', () => choose(value));
    return button;
  });
  byId(id).replaceChildren(...buttons);
  return chosen => {
    for (const [i, [, value]] of choices.entries())
      buttons[i]!.setAttribute('aria-pressed', String(Object.is(value, chosen)));
  };
}

import { arrowDirection, byId, isUnsure, make } from '@residual/appkit';
import type { HeardWord } from './heard-words.js';

/** The text that was heard, whose words are chosen by pointer, or by Tab and arrow keys. */
export interface TextView {
  /** Shows words, of which none is chosen. */
  write(words: readonly HeardWord[]): void;
  /** Shows text after them, whose words have no times yet. */
  writeRest(rest: string): void;
  choose(index: number | undefined): void;
  /** Marks the word that is played; -1 for none. */
  playAt(index: number): void;
}

/** Wires the text; `onWord` is called with the word that is chosen. */
export function textView(onWord: (index: number) => void): TextView {
  const place = byId('heard');
  let elements: HTMLElement[] = [];
  const choose = (index: number | undefined) => {
    for (const [i, element] of elements.entries()) {
      element.setAttribute('aria-selected', String(i === index));
      element.tabIndex = i === (index ?? 0) ? 0 : -1;
    }
  };
  place.addEventListener('keydown', event => {
    const from = elements.indexOf(document.activeElement as HTMLElement);
    if (from < 0) return;
    const [right] = arrowDirection(event.key) ?? [0];
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? elements.length - 1 : from + right;
    const isChoice = event.key === 'Enter' || event.key === ' ';
    if (!isChoice && (to === from || !elements[to])) return;
    event.preventDefault();
    elements[to]!.focus();
    onWord(to);
  });
  return {
    choose,
    playAt: index => {
      for (const [i, element] of elements.entries()) element.classList.toggle('played', i === index);
    },
    writeRest: rest => {
      byId('coming').textContent = rest;
    },
    write: words => {
      elements = words.map((word, i) => {
        const element = make('span', { role: 'option', textContent: word.text.trim() });
        element.classList.toggle('unsure', isUnsure(word));
        element.addEventListener('click', () => onWord(i));
        return element;
      });
      const spaced = elements.flatMap((element, i) => (words[i]!.text.startsWith(' ') ? [' ', element] : [element]));
      place.replaceChildren(...spaced);
      place.hidden = words.length === 0;
      choose(undefined);
    },
  };
}

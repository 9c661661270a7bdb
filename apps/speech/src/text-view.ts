import { arrowDirection, byId, isUnsure, make } from '@residual/appkit';

/** A word of a text; one of a probability below 50 % is marked. */
export interface TextWord {
  /** With the space before it. */
  readonly text: string;
  readonly probability: number;
}

/** A text whose words are chosen by pointer, or by Tab and arrow keys. */
export interface TextView {
  /** Shows words, of which none is chosen. */
  write(words: readonly TextWord[]): void;
  choose(index: number | undefined): void;
  /** Marks the word that is played; -1 for none. */
  playAt(index: number): void;
}

/** Wires the text in the element with this id; `onWord` is called with the word that is chosen. */
export function textView(id: string, onWord: (index: number) => void): TextView {
  const place = byId(id);
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

import { attempt, byId, make } from '@residual/appkit';
import type { TranslationStep } from '@residual/model';
import { doubtOf } from './doubt.js';

/** The translation as it is written, sentence by sentence, and the choice among its sentences. */
export interface French {
  clear(): void;
  take(step: TranslationStep): void;
  /** Shows what the sentence that is searched for would be by now. */
  guess(text: string): void;
  /** Ends where it is: a sentence of which nothing stands there yet goes. */
  stop(): void;
  /** Marks the sentence that is shown below. */
  choose(index: number): void;
  readonly text: string;
}

/** Wires the translation; `onChoose` is told the sentence that someone wants to see. */
export function french(onChoose: (index: number) => Promise<void>): French {
  const place = byId('french');
  const [choice, buttons] = [byId('choice'), byId('sentences')];
  const doubts = byId('doubt');
  let pieces: HTMLElement[] = [];

  /** Adds text to the sentence that is being written; spaces and line breaks before its first word stand before it. */
  const add = (text: string) => {
    const piece = pieces.at(-1);
    if (piece?.textContent !== '') return (piece ?? place).append(text);
    const rest = text.trimStart();
    piece.before(text.slice(0, text.length - rest.length));
    piece.append(rest);
  };

  /** Takes a guess away. */
  const guessed = () => place.querySelector('.provisional')?.remove();

  return {
    guess: text => {
      guessed();
      place.append(make('span', { className: 'provisional', textContent: text }));
    },
    clear: () => {
      pieces = [];
      place.replaceChildren();
      buttons.replaceChildren();
      doubts.replaceChildren();
      choice.hidden = true;
    },
    take: step => {
      if (step.kind === 'begun') {
        const index = pieces.length;
        const piece = make('span', { className: 'piece' });
        piece.addEventListener('click', () => attempt(() => onChoose(index)));
        place.append(piece);
        pieces.push(piece);
      }
      if (step.kind === 'piece') guessed();
      if (step.kind === 'text') place.append(step.added);
      else add(step.added);
      if (step.kind !== 'piece') return;
      const index = buttons.childElementCount;
      const doubt = doubtOf(step.translated);
      pieces[index]?.classList.toggle('unsure', doubt !== '');
      if (doubt !== '')
        doubts.append(make('p', {}, make('b', { textContent: `${step.translated.source.trim()} ` }), doubt));
      const button = make('button', { type: 'button', textContent: `${index + 1}`, title: step.translated.source });
      button.setAttribute('aria-label', `sentence ${index + 1}: ${step.translated.source}`);
      button.addEventListener('click', () => attempt(() => onChoose(index)));
      buttons.append(button);
      choice.hidden = buttons.childElementCount < 2;
    },
    stop: () => {
      if (pieces.at(-1)?.textContent === '') pieces.pop()!.remove();
    },
    choose: chosen => {
      for (const [index, piece] of pieces.entries())
        piece.classList.toggle('chosen', index === chosen && pieces.length > 1);
      for (const [index, button] of [...buttons.children].entries())
        button.setAttribute('aria-pressed', String(index === chosen));
    },
    get text() {
      return place.textContent ?? '';
    },
  };
}

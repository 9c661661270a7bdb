import { attempt, byId, make } from '@residual/appkit';
import type { TranslationStep } from '@residual/model';
import { doubtOf } from './doubt.js';

/** The translation as it is written, sentence by sentence, and the selected sentence. */
export interface French {
  clear(): void;
  /** Shows a step of the translation. */
  add(step: TranslationStep): void;
  /** Shows the best beam of the current sentence so far. */
  guess(text: string): void;
  /** Removes a sentence that has no text yet, after the translation was stopped. */
  stop(): void;
  /** Marks the sentence that is shown below. */
  choose(index: number): void;
  readonly text: string;
}

/** Wires the translation; `onChoose` is called with the index of the sentence that the visitor selects. */
export function french(onChoose: (index: number) => Promise<void>): French {
  const container = byId('french');
  const [choice, buttons] = [byId('choice'), byId('sentences')];
  const doubts = byId('doubt');
  let segments: HTMLElement[] = [];

  /** Appends text to the current sentence; leading spaces and line breaks go before it. */
  const append = (text: string) => {
    const segment = segments.at(-1);
    if (segment?.textContent !== '') return (segment ?? container).append(text);
    const rest = text.trimStart();
    segment.before(text.slice(0, text.length - rest.length));
    segment.append(rest);
  };

  /** Removes the guess. */
  const removeGuess = () => container.querySelector('.provisional')?.remove();

  return {
    guess: text => {
      removeGuess();
      container.append(make('span', { className: 'provisional', textContent: text }));
    },
    clear: () => {
      segments = [];
      container.replaceChildren();
      buttons.replaceChildren();
      doubts.replaceChildren();
      choice.hidden = true;
    },
    add: step => {
      if (step.kind === 'start') {
        const index = segments.length;
        const segment = make('span', { className: 'segment' });
        segment.addEventListener('click', () => attempt(() => onChoose(index)));
        container.append(segment);
        segments.push(segment);
      }
      if (step.kind === 'segment') removeGuess();
      if (step.kind === 'text') container.append(step.delta);
      else append(step.delta);
      if (step.kind !== 'segment') return;
      const index = buttons.childElementCount;
      const doubt = doubtOf(step.result);
      segments[index]?.classList.toggle('unsure', doubt !== '');
      if (doubt !== '')
        doubts.append(make('p', {}, make('b', { textContent: `${step.result.source.trim()} ` }), doubt));
      const button = make('button', { type: 'button', textContent: `${index + 1}`, title: step.result.source });
      button.setAttribute('aria-label', `sentence ${index + 1}: ${step.result.source}`);
      button.addEventListener('click', () => attempt(() => onChoose(index)));
      buttons.append(button);
      choice.hidden = buttons.childElementCount < 2;
    },
    stop: () => {
      if (segments.at(-1)?.textContent === '') segments.pop()!.remove();
    },
    choose: chosen => {
      for (const [index, segment] of segments.entries())
        segment.classList.toggle('chosen', index === chosen && segments.length > 1);
      for (const [index, button] of [...buttons.children].entries())
        button.setAttribute('aria-pressed', String(index === chosen));
    },
    get text() {
      return container.textContent ?? '';
    },
  };
}

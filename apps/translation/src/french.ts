import { byId, make } from '@residual/appkit';
import type { TranslationStep } from '@residual/model';
import { doubtOf } from './doubt.js';

/** The translation as it is written, sentence by sentence, and the selected sentence. */
export interface French {
  clear(): void;
  /** Adds a step of the translation. */
  add(step: TranslationStep): void;
  /** Removes a sentence that has no text yet, after the translation was stopped. */
  stop(): void;
  /** Marks the sentence that is shown below. */
  choose(index: number): void;
  readonly text: string;
}

/** Wires the translation; `onChoose` is called with the index of the sentence that the visitor selects. */
export function french(onChoose: (index: number) => void): French {
  const container = byId('french');
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
  container.addEventListener('click', ({ target }) => {
    const index = segments.indexOf((target as Element).closest<HTMLElement>('.segment')!);
    if (index >= 0) onChoose(index);
  });
  container.addEventListener('keydown', event => {
    const from = segments.findIndex(segment => segment.matches(':focus'));
    const to = { ArrowRight: from + 1, ArrowDown: from + 1, ArrowLeft: from - 1, ArrowUp: from - 1 }[event.key];
    if (from < 0 || to === undefined || !segments[to]) return;
    event.preventDefault();
    onChoose(to);
    segments[to].focus();
  });

  return {
    clear: () => {
      segments = [];
      container.replaceChildren();
      doubts.replaceChildren();
    },
    add: step => {
      if (step.kind === 'start') {
        const segment = make('span', { className: 'segment' });
        container.append(segment);
        segments.push(segment);
      }
      if (step.kind === 'text') container.append(step.delta);
      else append(step.delta);
      if (step.kind !== 'segment') return;
      const doubt = doubtOf(step.result);
      segments.at(-1)!.classList.toggle('unsure', doubt !== '');
      if (doubt !== '')
        doubts.append(make('p', {}, make('b', { textContent: `${step.result.source.trim()} ` }), doubt));
    },
    stop: () => {
      if (segments.at(-1)?.textContent === '') segments.pop()!.remove();
    },
    choose: chosen => {
      const isChoice = segments.length > 1;
      for (const [index, segment] of segments.entries()) {
        segment.classList.toggle('chosen', isChoice && index === chosen);
        if (!isChoice) continue;
        segment.setAttribute('role', 'button');
        segment.setAttribute('aria-pressed', String(index === chosen));
        segment.tabIndex = index === chosen ? 0 : -1;
      }
    },
    get text() {
      return container.textContent ?? '';
    },
  };
}

import { attempt, byId, chips, on } from '@residual/appkit';
import { readControls, set, share } from '../controls.js';
import { texts } from './texts.js';
import type { Manner } from './utterance.js';

/** How fast and how high everything is spoken, as the controls say. */
export function chosenManner(): Manner {
  const { speed, pitch } = readControls();
  return { speed, pitch };
}

/** Wires the text box, the texts that come with the page, the speed and the pitch. */
export function speakControls({
  say,
  again,
}: {
  /** Says the text. */
  readonly say: () => Promise<void>;
  /** Says it with another speed or pitch, if it was said. */
  readonly again: () => Promise<void>;
}): void {
  /** Shows the numbers of the speed and the pitch. */
  const showManner = () => {
    const { speed, pitch } = chosenManner();
    byId('speed-value').textContent = `${speed.toFixed(2)} ×`;
    byId('pitch-value').textContent = `${pitch < 0 ? '−' : '+'}${Math.abs(pitch).toFixed(1)}`;
  };
  const mark = chips(
    'texts',
    texts.map(({ label, text }) => [label, text] as const),
    chosen => {
      set({ text: chosen });
      mark(chosen);
      attempt(say);
    },
  );
  const show = () => {
    mark(readControls().text);
    showManner();
  };
  show();
  addEventListener('hashchange', show);
  on('say-form', 'submit', say);
  byId('text').addEventListener('input', () => {
    share();
    mark(readControls().text);
  });
  byId('text').addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    byId<HTMLFormElement>('say-form').requestSubmit();
  });
  for (const id of ['speed', 'pitch']) {
    byId(id).addEventListener('input', () => {
      share();
      showManner();
    });
    on(id, 'change', again);
  }
}

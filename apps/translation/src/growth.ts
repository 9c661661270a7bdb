import { prefersStill } from '@residual/appkit';
import type { RibbonsElement } from '@residual/elements';

/** The longest time between two words, and the longest time for all of them, in milliseconds. */
const [perWord, perSentence] = [480, 6000];

/** Lets the words of a translation appear one after the other. */
export interface Growth {
  /** Writes the words from this one on; all at once if the visitor prefers still pictures. */
  start(from: number, words: number): void;
  /** Shows all words. */
  finish(): void;
}

/** Wires the growth of ribbons. */
export function growthOf(ribbons: RibbonsElement): Growth {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let all = 0;
  const finish = () => {
    clearTimeout(timer);
    ribbons.written = all;
  };
  return {
    finish,
    start: (from, words) => {
      clearTimeout(timer);
      all = words;
      if (prefersStill()) return finish();
      const pause = Math.min(perWord, perSentence / Math.max(words - from, 1));
      const write = (count: number) => {
        ribbons.written = count;
        if (count < words) timer = setTimeout(write, pause, count + 1);
      };
      timer = setTimeout(write, pause / 2, Math.min(from + 1, words));
    },
  };
}

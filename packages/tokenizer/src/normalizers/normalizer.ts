import { AlignedText } from '../aligned-text.js';

/** Rewrites a text in place before it is cut into pieces. */
export interface Normalizer {
  (text: AlignedText): void;
  /** Whether a character becomes in every text what it becomes alone. Absent: that depends on its neighbours. */
  readonly standsAlone?: (char: string) => boolean;
}

/** What a normalizer makes of a text by itself. */
export function normalOf(text: string, normalizer: Normalizer): string {
  const normal = new AlignedText(text, false);
  normalizer(normal);
  return normal.text;
}

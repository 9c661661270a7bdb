import { NormalizedString } from '../text/normalized-string.js';

/** Rewrites a text in place before it is cut into pieces. */
export interface Normalizer {
  (text: NormalizedString): void;
  /** Whether a character becomes in every text what it becomes alone. Absent: that depends on its neighbours. */
  readonly isContextFree?: (char: string) => boolean;
}

/** What a normalizer makes of a text by itself. */
export function normalizeText(text: string, normalizer: Normalizer): string {
  const normal = new NormalizedString(text, false);
  normalizer(normal);
  return normal.text;
}

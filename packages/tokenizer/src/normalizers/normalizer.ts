import { NormalizedString } from '../text/normalized-string.js';

/** Rewrites a text in place before it is split into pre-tokens. */
export interface Normalizer {
  (text: NormalizedString): void;
  /** Whether the result for a character is the same in every context. Absent: it depends on the neighbours. */
  readonly isContextFree?: (char: string) => boolean;
}

/** The normalized text. */
export function normalizeText(text: string, normalizer: Normalizer): string {
  const normal = new NormalizedString(text, false);
  normalizer(normal);
  return normal.text;
}

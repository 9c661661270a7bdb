import type { AlignedText } from '../aligned-text.js';
import type { Reader } from '../components.js';
import type { Normalizer } from './normalizer.js';

/** Lowercases each character by itself (a final sigma is not special), as the reference does. */
export const lowercase: Reader<Normalizer> = () => lowercased;

/** Lowercases a text in place. */
export function lowercased(text: AlignedText): void {
  if (!text.tracked && !text.text.includes('Σ')) text.text = text.text.toLowerCase();
  else text.mapCharacters(char => char.toLowerCase());
}

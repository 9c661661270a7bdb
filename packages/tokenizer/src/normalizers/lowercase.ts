import type { AlignedText } from '../aligned-text.js';
import { CodeMap } from '../code-set.js';
import type { Reader } from '../components.js';
import { lowerCaseRuns } from '../generated/unicode-tables.js';
import { laterAnd } from '../later.js';
import type { Normalizer } from './normalizer.js';

/** Lowercases each character by itself (a final sigma is not special), as the reference does. */
export const lowercase: Reader<Normalizer> = () => lowercased;

/** Lowercases a text in place. */
export function lowercased(text: AlignedText): void {
  if (!text.tracked && !text.text.includes('Σ') && laterAnd().find(text.text) === -1)
    text.text = text.text.toLowerCase();
  else text.mapCharacters(lowerCaseOf);
}

let steps: CodeMap | undefined;

/** The lower case of a character: the platform's, and for characters newer than Unicode 14 that of the reference, which knows Unicode 17. */
function lowerCaseOf(char: string): string {
  if (!laterAnd().holds(char)) return char.toLowerCase();
  steps ??= new CodeMap(lowerCaseRuns);
  const code = char.codePointAt(0)!;
  return String.fromCodePoint(code + (steps.get(code) ?? 0x10000) - 0x10000);
}

import { latinLetters } from '../latin-letters.js';

/**
 * How something written is said: a sticky pattern, and the words of what it found, separated by spaces, with commas
 * where the voice rests. The names of letters are the letter and a full stop. Undefined where it is something else
 * after all.
 */
export interface Reading {
  readonly pattern: RegExp;
  readonly words: (match: RegExpExecArray, around: Surroundings) => string | undefined;
}

/** What stands around a match. */
export interface Surroundings {
  /** The whole text. */
  readonly text: string;
  /** Whether capital letters say nothing, because there are hardly any others. */
  readonly isShouted: boolean;
}

/** A reading of a pattern, as a source without flags; it never begins within a word or a number. */
export const reading = (source: string, words: Reading['words'], flags = ''): Reading => ({
  pattern: new RegExp(`(?<![\\p{L}\\p{N}])(?:${source})`, `uy${flags}`),
  words,
});

/** A pattern of a number: "5", "1,234", "3.14", ".5". */
export const numberPattern = '(?:\\d{1,3}(?:,\\d{3})+|\\d+)(?:\\.\\d+)?|\\.\\d+';

/** The end of a word or a number. */
export const end = '(?![\\p{L}\\p{N}])';

/** The full stop of an abbreviation, unless it ends a sentence too: then it stays, to be a pause. */
export const shortStop = '(?:\\.(?!\\s+\\p{Lu})|(?=\\.\\s+\\p{Lu}))';

/** The names of letters: "US" → "u. s."; undefined for those of other scripts. */
export function letterNames(letters: string): string | undefined {
  const plain = latinLetters(letters);
  return plain && [...plain].map(letter => `${letter}.`).join(' ');
}

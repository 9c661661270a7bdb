import { expectOption } from './errors.js';

/** The stop string that was found, and where in the whole text it begins, in UTF-16 units. */
export interface StopMatch {
  readonly string: string;
  readonly index: number;
}

/** What may be shown after a piece of text came in, and the stop string if it is complete by now. */
export interface StopStep {
  readonly text: string;
  readonly stop?: StopMatch;
}

/** Watches one text, piece by piece. */
export interface StopStrings {
  /**
   * Takes the next piece; returns what cannot be part of a stop string any more. Once a stop string is found `text` ends before
   * it, and later pieces add nothing.
   */
  push(piece: string): StopStep;
  /** Ends the text: what was held back, which turned out to be no stop string; empty after a stop. */
  end(): string;
}

/**
 * Looks for the `strings` in decoded text, however it is cut into pieces. The one complete first wins; of two complete at the same
 * character the longer. Throws when a string is empty.
 */
export function stopStrings(strings: readonly string[]): StopStrings {
  for (const [index, string] of strings.entries()) {
    expectOption(
      typeof string === 'string' && string !== '',
      `stop string ${index}`,
      string,
      'a text of at least one character',
    );
  }
  let pending = '';
  let emittedLength = 0;
  let stop: StopMatch | undefined;
  const emit = (length: number): string => {
    const text = pending.slice(0, length);
    pending = pending.slice(length);
    emittedLength += length;
    return text;
  };
  return {
    push(piece) {
      if (stop) return { text: '', stop };
      pending += piece;
      const match = firstComplete(strings, pending);
      if (!match) return { text: emit(pending.length - longestBeginning(strings, pending)) };
      stop = { string: match.string, index: emittedLength + match.index };
      const text = emit(match.index);
      pending = '';
      return { text, stop };
    },
    end: () => emit(pending.length),
  };
}

/** The string whose first occurrence ends first; of equal ends the longest. */
function firstComplete(strings: readonly string[], text: string): StopMatch | undefined {
  let first: StopMatch | undefined;
  for (const string of strings) {
    const index = text.indexOf(string);
    if (index < 0) continue;
    const earlier = first ? index + string.length - (first.index + first.string.length) : -1;
    if (earlier < 0 || (earlier === 0 && index < first!.index)) first = { string, index };
  }
  return first;
}

/** How many characters at the end of `text` may be the beginning of a string. */
function longestBeginning(strings: readonly string[], text: string): number {
  let longest = 0;
  for (const string of strings) {
    for (let length = Math.min(string.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(string.slice(0, length))) longest = length;
    }
  }
  return longest;
}

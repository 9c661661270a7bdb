import { expectOption } from './errors.js';

/** A stop string that was found, and its start in the whole text, in UTF-16 units. */
export interface StopMatch {
  readonly string: string;
  readonly index: number;
}

/** The text that may be shown after a chunk, and the stop string if it is complete. */
export interface StopStep {
  readonly text: string;
  readonly stop?: StopMatch;
}

/** Watches one text that arrives in chunks. */
export interface StopStrings {
  /**
   * Takes the next chunk and returns the text that can no longer be part of a stop string. Once a stop string is found,
   * `text` ends before it and later chunks add nothing.
   */
  push(chunk: string): StopStep;
  /** Ends the text and returns what was held back; empty after a stop. */
  end(): string;
}

/**
 * Looks for `strings` in decoded text, however the text is cut into chunks. The string that is complete first wins; if
 * two are complete at the same character, the longer. Throws if a string is empty.
 */
export function stopStrings(strings: readonly string[]): StopStrings {
  for (const [index, string] of strings.entries()) {
    expectOption(typeof string === 'string' && string !== '', `stop string ${index}`, string, 'a text, not empty');
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
    push(chunk) {
      if (stop) return { text: '', stop };
      pending += chunk;
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

/** The string whose first occurrence ends first; if ends are equal, the longest. */
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

import type { WordCounts } from './count-words.js';

/** Which characters are tokens by themselves. */
export interface AlphabetOptions {
  /** Characters that are in the vocabulary whether they occur or not, as one text or one by one. */
  readonly initialAlphabet?: Iterable<string>;
  /** At most so many characters are kept, the most frequent ones; others are left out of words. */
  readonly limitAlphabet?: number;
}

/** The characters of the words and of the initial alphabet, in the order of their code points. */
export function alphabetOf(words: WordCounts, { initialAlphabet = [], limitAlphabet }: AlphabetOptions): string[] {
  const counts = new Map<string, number>();
  for (const [word, times] of words) {
    for (const char of word) counts.set(char, (counts.get(char) ?? 0) + times);
  }
  for (const char of initialAlphabet) counts.set(char, Number.POSITIVE_INFINITY);
  const byCode = [...counts].sort(([a], [b]) => a.codePointAt(0)! - b.codePointAt(0)!);
  if (limitAlphabet === undefined || byCode.length <= limitAlphabet) return byCode.map(([char]) => char);
  // The sort is stable: of characters that are equally frequent those with lower code points stay.
  const kept = new Set([...byCode].sort(([, a], [, b]) => (a === b ? 0 : b - a)).slice(0, limitAlphabet));
  return byCode.filter(entry => kept.has(entry)).map(([char]) => char);
}

/** Which characters are tokens by themselves. */
export interface AlphabetOptions {
  /** Characters that are always in the vocabulary, as one text or one by one. */
  readonly initialAlphabet?: Iterable<string>;
  /** At most so many characters are kept, the most frequent ones; others are left out of words. */
  readonly limitAlphabet?: number;
}

/** The code points of the characters that are counted and of the initial alphabet, in order. */
export function alphabetOf(
  characters: ReadonlyMap<number, number>,
  { initialAlphabet = [], limitAlphabet }: AlphabetOptions,
): number[] {
  const counts = new Map(characters);
  for (const char of initialAlphabet) counts.set(char.codePointAt(0)!, Number.POSITIVE_INFINITY);
  const byCode = [...counts].sort(([a], [b]) => a - b);
  if (limitAlphabet === undefined || byCode.length <= limitAlphabet) return byCode.map(([code]) => code);
  // The sort is stable: of characters that are equally frequent those with lower code points stay.
  const selected = new Set([...byCode].sort(([, a], [, b]) => (a === b ? 0 : b - a)).slice(0, limitAlphabet));
  return byCode.filter(entry => selected.has(entry)).map(([code]) => code);
}

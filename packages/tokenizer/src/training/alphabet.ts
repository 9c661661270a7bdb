/** Options for the characters that are tokens by themselves. */
export interface AlphabetOptions {
  /** Characters that are always in the vocabulary, as one text or one by one. */
  readonly initialAlphabet?: Iterable<string>;
  /**
   * The maximum number of characters; only the most frequent ones are kept, and others are removed from words. The
   * initial alphabet counts first.
   */
  readonly limitAlphabet?: number;
}

/** The code points of the counted characters and of the initial alphabet, in ascending order. */
export function alphabetOf(
  characters: ReadonlyMap<number, number>,
  { initialAlphabet = [], limitAlphabet }: AlphabetOptions,
): number[] {
  const counts = new Map(characters);
  for (const char of initialAlphabet) counts.set(char.codePointAt(0)!, Number.POSITIVE_INFINITY);
  const byCode = [...counts].sort(([a], [b]) => a - b);
  if (limitAlphabet === undefined || byCode.length <= limitAlphabet) return byCode.map(([code]) => code);
  // The sort is stable: among equally frequent characters those with lower code points are kept.
  const selected = new Set([...byCode].sort(([, a], [, b]) => (a === b ? 0 : b - a)).slice(0, limitAlphabet));
  return byCode.filter(entry => selected.has(entry)).map(([code]) => code);
}

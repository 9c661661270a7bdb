/** The settings of `promptLookup`. */
export interface PromptLookupSettings {
  /** How many tokens are copied at most. */
  readonly numTokens: number;
  /** How many of the last tokens are looked for at most; fewer where these do not occur before. */
  readonly maxNgramSize: number;
}

/**
 * The tokens that may follow `tokens`, copied from where its last tokens occurred before (Saxena 2023, prompt lookup
 * decoding): the longest n-gram at its end that also occurs earlier is looked for, and what followed its first
 * occurrence is copied. Empty if not even the last token occurred before.
 */
export function promptLookup(
  tokens: readonly number[],
  { numTokens, maxNgramSize }: PromptLookupSettings,
): readonly number[] {
  const { length } = tokens;
  for (let size = Math.min(maxNgramSize, length - 1); size > 0; size--) {
    for (let start = 0; start + size < length; start++) {
      let same = 0;
      while (same < size && tokens[start + same] === tokens[length - size + same]) same++;
      if (same === size) return tokens.slice(start + size, start + size + numTokens);
    }
  }
  return [];
}

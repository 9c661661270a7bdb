/** How a text differs from its reference. */
export interface WordErrors {
  /** The fewest words that must be replaced, left out or put in (Levenshtein 1966). */
  readonly edits: number;
  /** The words of the reference. */
  readonly words: number;
}

/** The word errors of a text, both normalized. */
export function wordErrors(text: string, reference: string): WordErrors {
  const [found, wanted] = [wordsOf(text), wordsOf(reference)];
  let row = Array.from({ length: found.length + 1 }, (_, i) => i);
  for (const [i, word] of wanted.entries()) {
    const next = [i + 1];
    for (const [j, other] of found.entries())
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (word === other ? 0 : 1)));
    row = next;
  }
  return { edits: row.at(-1)!, words: wanted.length };
}

const wordsOf = (text: string) => text.split(/\s+/u).filter(word => word !== '');

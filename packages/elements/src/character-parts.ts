/** Which of the tokens that hold a stretch of characters together a token is; characters of several bytes may fall into several tokens. */
export interface CharacterPart {
  /** The characters; empty as long as they are not known. */
  readonly characters: string;
  /** Counts the tokens from 0. */
  readonly index: number;
  readonly count: number;
}

/** What a part is called: the characters and a fraction, `😀 1/4`. */
export function partLabel({ characters, index, count }: CharacterPart): string {
  return characters === '' ? '…' : `${characters} ${index + 1}/${count}`;
}

/**
 * For each token, by its stretch [start, end) of a text in UTF-16 units, which part of characters it is; undefined for a token that holds whole characters, or is from
 * no place in the text.
 */
export function characterParts(
  text: string,
  offsets: readonly (readonly [start: number, end: number])[],
): (CharacterPart | undefined)[] {
  const parts: (CharacterPart | undefined)[] = offsets.map(() => undefined);
  for (let first = 0; first < offsets.length; ) {
    let [from, to] = offsets[first]!;
    let next = first + 1;
    for (; next < offsets.length && to > from; next++) {
      const [start, end] = offsets[next]!;
      if (start >= to || end <= start || start < from) break;
      to = Math.max(to, end);
    }
    const count = next - first;
    for (let index = 0; index < count && count > 1; index++)
      parts[first + index] = { characters: text.slice(from, to), index, count };
    first = next;
  }
  return parts;
}

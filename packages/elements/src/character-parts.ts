/** The part of a character that a token holds: several tokens may share a character of several bytes. */
export interface CharacterPart {
  /** The characters; empty while they are unknown. */
  readonly characters: string;
  /** The index of this token among the `count` tokens that share the characters. */
  readonly index: number;
  readonly count: number;
}

/** The label of a part: the characters and a fraction, `😀 1/4`. */
export function partLabel({ characters, index, count }: CharacterPart): string {
  return characters === '' ? '…' : `${characters} ${index + 1}/${count}`;
}

/** The description of a part: `part 1 of 4 of “😀”`. */
export function partDescription({ characters, index, count }: CharacterPart): string {
  return `part ${index + 1} of ${count} of “${characters}”`;
}

/**
 * For each token, given the spans [start, end) of the tokens in UTF-16 units, the part of a character that it holds;
 * undefined for a token of whole characters or of none.
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

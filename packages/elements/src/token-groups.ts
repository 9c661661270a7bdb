/** A token and the stretch of its text that it is from, `[start, end)` in UTF-16 units; start equals end where there is none. */
export interface TokenWithOffset {
  readonly id: number;
  /** As the vocabulary writes it. */
  readonly token: string;
  readonly offset: readonly [start: number, end: number];
  /** Whether it was put around the text and is not from it. */
  readonly isSpecial?: boolean;
}

/** A stretch of the text that is shown in one piece, with the places of its tokens among all; none where no token covers it. */
export interface TokenGroup {
  readonly start: number;
  readonly end: number;
  readonly tokens: readonly number[];
}

/** Where the character, as readers count them, begins that unit i of a text is part of, and where it ends: an emoji family or a letter with its marks is one. */
function charactersOf(text: string): { begin: Int32Array; end: Int32Array } {
  const [begin, end] = [new Int32Array(text.length + 1), new Int32Array(text.length + 1)];
  for (const { index, segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    begin.fill(index, index, index + segment.length);
    end.fill(index + segment.length, index, index + segment.length);
  }
  begin[text.length] = end[text.length] = text.length;
  return { begin, end };
}

/**
 * The stretches of a text by its tokens, in the order of the text, whole characters each. Tokens that share a character, or whose border lies inside one, share a
 * stretch. Tokens from no place in the text stand in stretches of length 0.
 */
export function groupTokens(text: string, tokens: readonly TokenWithOffset[]): readonly TokenGroup[] {
  const characters = charactersOf(text);
  const groups: TokenGroup[] = [];
  let end = 0;
  for (const [index, { offset, isSpecial }] of tokens.entries()) {
    const isEmpty = isSpecial || offset[0] >= offset[1];
    const from = isEmpty ? end : characters.begin[offset[0]]!;
    const to = isEmpty ? end : characters.end[offset[1] - 1]!;
    const last = groups.at(-1);
    if (!isEmpty && last && from < last.end) {
      groups[groups.length - 1] = { ...last, end: Math.max(last.end, to), tokens: [...last.tokens, index] };
    } else {
      if (from > end) groups.push({ start: end, end: from, tokens: [] });
      groups.push({ start: from, end: to, tokens: [index] });
    }
    end = Math.max(end, to);
  }
  if (end < text.length) groups.push({ start: end, end: text.length, tokens: [] });
  return groups;
}

/** How many code points a text has before each of its UTF-16 units, as Python counts. */
export function codePointsBefore(text: string): (unit: number) => number {
  const counts = new Int32Array(text.length + 1);
  for (let unit = 0; unit < text.length; unit++) {
    const isSecond =
      (text.charCodeAt(unit) & 0xfc00) === 0xdc00 && unit > 0 && (text.charCodeAt(unit - 1) & 0xfc00) === 0xd800;
    counts[unit + 1] = counts[unit]! + (isSecond ? 0 : 1);
  }
  return unit => counts[unit]!;
}

/** A token and its span of the text, `[start, end)` in UTF-16 units; start equals end if it has none. */
export interface TokenWithOffset {
  readonly id: number;
  /** The token as it is in the vocabulary. */
  readonly token: string;
  readonly offset: readonly [start: number, end: number];
  /** Whether it is a special token that was added to the text. */
  readonly isSpecial?: boolean;
}

/** A span of the text that is shown as one, and the indices of its tokens; no tokens if none covers it. */
export interface TokenGroup {
  readonly start: number;
  readonly end: number;
  readonly tokens: readonly number[];
}

/**
 * For each UTF-16 unit of a text, the start and end of its grapheme cluster, such as an emoji family or a letter with
 * its marks.
 */
function charactersOf(text: string): { start: Int32Array; end: Int32Array } {
  const [start, end] = [new Int32Array(text.length + 1), new Int32Array(text.length + 1)];
  for (const { index, segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    start.fill(index, index, index + segment.length);
    end.fill(index + segment.length, index, index + segment.length);
  }
  start[text.length] = end[text.length] = text.length;
  return { start, end };
}

/**
 * Divides a text into spans by its tokens, in the order of the text; a span holds whole characters. Tokens that share a
 * character share a span. Tokens without a span of the text get spans of length 0.
 */
export function groupTokens(text: string, tokens: readonly TokenWithOffset[]): readonly TokenGroup[] {
  const characters = charactersOf(text);
  const groups: TokenGroup[] = [];
  let end = 0;
  for (const [index, { offset, isSpecial }] of tokens.entries()) {
    const isEmpty = isSpecial || offset[0] >= offset[1];
    const from = isEmpty ? end : characters.start[offset[0]]!;
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

/** The number of code points before each UTF-16 unit of a text, as Python counts. */
export function codePointsBefore(text: string): (unit: number) => number {
  const counts = new Int32Array(text.length + 1);
  for (let unit = 0; unit < text.length; unit++) {
    const isSecond =
      (text.charCodeAt(unit) & 0xfc00) === 0xdc00 && unit > 0 && (text.charCodeAt(unit - 1) & 0xfc00) === 0xd800;
    counts[unit + 1] = counts[unit]! + (isSecond ? 0 : 1);
  }
  return unit => counts[unit]!;
}

/** A token and the stretch of its text that it is from, `[start, end)` in UTF-16 units; start equals end where there is none. */
export interface PlacedToken {
  readonly id: number;
  /** As the vocabulary writes it. */
  readonly token: string;
  readonly offset: readonly [start: number, end: number];
  /** Whether it was put around the text and is not from it. */
  readonly added?: boolean;
}

/** A stretch of the text that is shown in one piece, with the places of its tokens among all; none where no token covers it. */
export interface TokenGroup {
  readonly start: number;
  readonly end: number;
  readonly tokens: readonly number[];
}

/** Where characters, as readers count them, may be cut: an emoji family or a letter with its marks is one. Before unit i of the text if `cuts[i]` is 1. */
function characterCuts(text: string): Uint8Array {
  const cuts = new Uint8Array(text.length + 1);
  for (const { index } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) cuts[index] = 1;
  cuts[text.length] = 1;
  return cuts;
}

/**
 * The stretches of a text by its tokens, in the order of the text. Tokens that share a character, or whose border lies inside one, share a stretch, so that no
 * character is torn apart. Tokens from no place in the text stand in stretches of length 0.
 */
export function groupTokens(text: string, tokens: readonly PlacedToken[]): readonly TokenGroup[] {
  const cuts = characterCuts(text);
  const groups: TokenGroup[] = [];
  let end = 0;
  for (const [index, { offset, added }] of tokens.entries()) {
    const [from, to] = added ? [end, end] : offset;
    const last = groups.at(-1);
    const isSplit = from < to && from < text.length && cuts[from] === 0;
    if (
      last &&
      last.tokens.length > 0 &&
      last.end > last.start &&
      !added &&
      (from < last.end || (isSplit && from === last.end))
    ) {
      groups[groups.length - 1] = { ...last, end: Math.max(last.end, to), tokens: [...last.tokens, index] };
    } else {
      if (from > end) groups.push({ start: end, end: from, tokens: [] });
      groups.push({ start: Math.max(from, end), end: Math.max(to, from, end), tokens: [index] });
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

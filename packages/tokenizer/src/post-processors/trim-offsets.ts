import { unitsAt, unitsBefore } from '../text/unicode.js';

const leading = /^[\u0120\p{White_Space}]*/u;
const trailing = /[\u0120\p{White_Space}]*$/u;

/**
 * Moves the ends of offsets off the spaces of their tokens, in place: one character of the text for each space. With
 * `addPrefixSpace`, a single leading space of the first token, or of a token at the start of the text, counts as added
 * and stays.
 */
export function trimOffsets(
  tokens: readonly string[],
  offsets: [number, number][],
  text: string,
  addPrefixSpace: boolean,
): void {
  for (const [index, token] of tokens.entries()) {
    const offset = offsets[index]!;
    let before = leading.exec(token)![0].length;
    const after = trailing.exec(token)![0].length;
    const isFirst = index === 0 || offset[0] === 0;
    if (isFirst && addPrefixSpace && before === 1) before = 0;
    for (; before > 0 && offset[0] < offset[1]; before--) offset[0] += unitsAt(text, offset[0]);
    const end = moveBack(text, offset[1], after);
    if (end >= 0) offset[1] = Math.max(end, offset[0]);
  }
}

/** The index of the character `count` characters before another; -1 if there are fewer. */
function moveBack(text: string, at: number, count: number): number {
  let offset = at;
  for (let left = count; left > 0; left--) {
    if (offset === 0) return -1;
    offset -= unitsBefore(text, offset);
  }
  return offset;
}

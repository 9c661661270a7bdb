const leading = /^[\u0120\p{White_Space}]*/u;
const trailing = /[\u0120\p{White_Space}]*$/u;

/**
 * Moves the ends of offsets off the spaces of their tokens, in place. A single leading space of the first token, or of one
 * at the very beginning of the text, counts as added where `addPrefixSpace` holds, and stays.
 */
export function trimOffsets(tokens: readonly string[], offsets: [number, number][], addPrefixSpace: boolean): void {
  for (const [index, token] of tokens.entries()) {
    const offset = offsets[index]!;
    let before = leading.exec(token)![0].length;
    const after = trailing.exec(token)![0].length;
    const isFirst = index === 0 || offset[0] === 0;
    if (isFirst && addPrefixSpace && before === 1) before = 0;
    offset[0] = Math.min(offset[0] + before, offset[1]);
    if (offset[1] >= after) offset[1] = Math.max(offset[1] - after, offset[0]);
  }
}

import { printableName } from './format.js';

/** Characters that take two columns of a terminal: East Asian wide ones and emoji. */
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const invisible = /^[\p{M}\p{Cf}]$/u;

/** The columns that a character takes in a terminal: 0, 1 or 2. */
export function characterWidth(character: string): number {
  if (invisible.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** The columns that a text takes in a terminal. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** A text in exactly `width` columns, without control characters: filled with spaces, or cut with `…`. */
export function fitted(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const plain = printableName(text);
  const cut = textWidth(plain) > width ? `${cutTo(plain, width - 1)}…` : plain;
  const space = ' '.repeat(Math.max(0, width - textWidth(cut)));
  return align === 'left' ? cut + space : space + cut;
}

function cutTo(text: string, width: number): string {
  let [result, used] = ['', 0];
  for (const character of text) {
    used += characterWidth(character);
    if (used > width) return result;
    result += character;
  }
  return result;
}

/** The class of letters, `\p{L}`. (0 is no class: "not looked up yet", or the end of the text.) */
export const letter = 1;
/** The class of digits and other numbers, `\p{N}`. */
export const digit = 2;
/** The class of white space, `\p{White_Space}`. */
export const space = 3;
/** The class of everything else. */
export const other = 4;

/**
 * The class of a code point: letter `\p{L}`, digit `\p{N}`, space `\p{White_Space}` or other, by the platform's Unicode
 * tables, looked up once and kept (1.1 MB of address space, touched page by page).
 */
export function classOf(code: number): number {
  table ??= new Uint8Array(0x110000);
  return table[code] || (table[code] = lookUp(String.fromCodePoint(code)));
}
let table: Uint8Array | undefined;

const lookUp = (char: string) =>
  /\p{L}/u.test(char) ? letter : /\p{N}/u.test(char) ? digit : /\p{White_Space}/u.test(char) ? space : other;

/** Where the run of characters of one class that begins at `at` ends, at most `end`. */
export function runEnd(text: string, at: number, end: number, kind: number): number {
  while (at < end) {
    const unit = text.charCodeAt(at);
    if ((unit & 0xfc00) === 0xd800) {
      if (classOf(text.codePointAt(at)!) !== kind) break;
      at += 2;
    } else {
      if (classOf(unit) !== kind) break;
      at++;
    }
  }
  return at;
}

/** The class of the character at `at`; 0 at the end. */
export const classAt = (text: string, at: number, end: number): number =>
  at < end ? classOf(text.codePointAt(at)!) : 0;

import { codePointAtByte, utf8Width } from './byte-text.js';
import { olderEquivalent } from './unicode-version.js';

/** Upper and title case letters, `\p{Lu}\p{Lt}`. Classes are bits and can be combined. */
export const upper = 1;
/** Lower case letters, `\p{Ll}`. */
export const lower = 2;
/** Letters without case and modifier letters, `\p{Lm}\p{Lo}`. */
export const caseless = 4;
/** Letters, `\p{L}`. */
export const letter = 7;
/** Marks, `\p{M}`. */
export const mark = 8;
/** Digits and other numbers, `\p{N}`. */
export const digit = 16;
/** White space, `\p{White_Space}`. */
export const space = 32;
const rest = 64;
/** Everything except letters, numbers and white space. */
export const other = mark | rest;

/** The known classes by code point, otherwise 0 (1.1 MB of address space, allocated page by page). */
let classTable: Uint8Array | undefined;

/** The class of a code point in the reference's version of Unicode. Cached. */
export function classOf(code: number): number {
  classTable ??= withAscii();
  return classTable[code] || (classTable[code] = lookUp(olderEquivalent(String.fromCodePoint(code))));
}

function withAscii(): Uint8Array {
  const table = new Uint8Array(0x110000).fill(rest, 0, 128);
  table.fill(upper, 65, 91).fill(lower, 97, 123).fill(digit, 48, 58).fill(space, 9, 14)[32] = space;
  return table;
}

function lookUp(char: string): number {
  if (/\p{L}/u.test(char)) return /[\p{Lu}\p{Lt}]/u.test(char) ? upper : /\p{Ll}/u.test(char) ? lower : caseless;
  if (/\p{N}/u.test(char)) return digit;
  if (/\p{M}/u.test(char)) return mark;
  return /\p{White_Space}/u.test(char) ? space : rest;
}

/** The class of the character whose UTF-8 starts at `at`; 0 at the end. */
export function classAt(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return 0;
  const byte = bytes[at]!;
  return classOf(byte < 0x80 ? byte : codePointAtByte(bytes, at));
}

/** The end of the run of characters of some classes at `at`, at most `end`. */
export function runEnd(bytes: Uint8Array, at: number, end: number, classes: number): number {
  const table = (classTable ??= withAscii());
  while (at < end) {
    const byte = bytes[at]!;
    if (byte < 0x80) {
      if ((table[byte]! & classes) === 0) break;
      at++;
    } else {
      if ((classOf(codePointAtByte(bytes, at)) & classes) === 0) break;
      at += utf8Width(byte);
    }
  }
  return at;
}

/** The end of the white space at a unit of a text. */
export function whitespaceEnd(text: string, at: number): number {
  while (at < text.length && classOf(text.charCodeAt(at)) === space) at++;
  return at;
}

/** The text with each lone surrogate replaced by U+FFFD; indices stay the same. */
export function toWellFormed(text: string): string {
  const checked = text as string & { isWellFormed?: () => boolean };
  if (checked.isWellFormed?.()) return text;
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** The number of UTF-16 units of the character at `index`: 1 or 2. */
export const unitsAt = (text: string, index: number): number => (text.codePointAt(index)! > 0xffff ? 2 : 1);

/** The number of UTF-16 units of the character that ends before `index`: 1 or 2. */
export const unitsBefore = (text: string, index: number): number =>
  index > 1 && (text.charCodeAt(index - 1) & 0xfc00) === 0xdc00 ? 2 : 1;

/** The number of bytes of a code point in UTF-8: 1 to 4. */
export const utf8Length = (code: number): number => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);

/** The number of bytes of `text[start, end)` in UTF-8. */
export function utf8LengthOf(text: string, start: number, end: number): number {
  let length = 0;
  for (let at = start; at < end; at += unitsAt(text, at)) length += utf8Length(text.codePointAt(at)!);
  return length;
}

/** `text[start, end)` as UTF-16 units. */
export function unitsOf(text: string, start: number, end: number): Uint16Array {
  const units = new Uint16Array(end - start);
  for (let at = start; at < end; at++) units[at - start] = text.charCodeAt(at);
  return units;
}

/** The text of UTF-16 units. */
export function textOf(units: Uint16Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at += 4096) text += String.fromCharCode(...units.subarray(at, Math.min(to, at + 4096)));
  return text;
}

/**
 * A copy of a text. A slice may keep the text alive from which it is cut. Engines flatten a concatenation before they
 * slice it.
 */
export const ownCopy = (text: string): string => ` ${text}`.slice(1);

/** The number of bytes in UTF-8 of whole characters that are given as UTF-16 units. */
export function utf8LengthOfUnits(units: Uint16Array, from: number, to: number): number {
  let length = 0;
  for (let at = from; at < to; at++) {
    const unit = units[at]!;
    length += isSurrogate(unit) ? 2 : utf8Length(unit);
  }
  return length;
}

const isSurrogate = (unit: number) => (unit & 0xf800) === 0xd800;

/** Writes a code point as UTF-8 at `at` and returns the index after it. */
export function writeUtf8(code: number, bytes: Uint8Array, at: number): number {
  if (code < 0x80) {
    bytes[at] = code;
    return at + 1;
  }
  if (code < 0x800) {
    bytes[at] = 0xc0 | (code >> 6);
    bytes[at + 1] = 0x80 | (code & 63);
    return at + 2;
  }
  if (code < 0x10000) {
    bytes[at] = 0xe0 | (code >> 12);
    bytes[at + 1] = 0x80 | ((code >> 6) & 63);
    bytes[at + 2] = 0x80 | (code & 63);
    return at + 3;
  }
  bytes[at] = 0xf0 | (code >> 18);
  bytes[at + 1] = 0x80 | ((code >> 12) & 63);
  bytes[at + 2] = 0x80 | ((code >> 6) & 63);
  bytes[at + 3] = 0x80 | (code & 63);
  return at + 4;
}

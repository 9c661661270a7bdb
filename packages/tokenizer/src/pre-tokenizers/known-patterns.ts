import { utf8Width } from '../text/byte-text.js';
import { caseless, classAt, digit, letter, lower, mark, other, runEnd, space, upper } from '../text/character-class.js';
import type { Scan } from './pre-tokenizer.js';

const contractionPattern = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const cl100k = (contractions: string, digits: string) =>
  `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|` +
  '\\s+(?!\\S)|\\s+';
const gpt2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const before = '[^\\r\\n\\p{L}\\p{N}]?';
const [upperCase, lowerCase] = ['[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]', '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]'];
const o200k = () =>
  `${before}${upperCase}*${lowerCase}+${contractionPattern}?|` +
  `${before}${upperCase}+${lowerCase}*${contractionPattern}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|` +
  '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

/** The hand-written scan for a well-known split pattern; undefined for any other pattern. */
export function scanKnownPattern(source: string): Scan | undefined {
  switch (source) {
    case gpt2:
      return scanGpt2;
    case cl100k(contractionPattern, '\\p{N}{1,3}'):
      return scanCl100k(3);
    case cl100k(contractionPattern, '\\p{N}'):
      return scanCl100k(1);
    case o200k():
      return scanO200k;
    default:
      return undefined;
  }
}

const apostrophe = 39;
const newline = 10;
const carriageReturn = 13;
const blank = 32;
const slash = 47;

/**
 * Scans with the pattern of GPT-2 and r50k: contractions; words, numbers and symbols with a space before them; white
 * space.
 */
export const scanGpt2: Scan = (bytes, at, end) => {
  const byte = bytes[at]!;
  if (byte === apostrophe) {
    const to = contractionEnd(bytes, at, end, false);
    if (to > at) return to;
  }
  const first = byte === blank ? at + 1 : at;
  const kind = classAt(bytes, first, end);
  if (kind & letter) return runEnd(bytes, first, end, letter);
  if (kind & other) return runEnd(bytes, first, end, other);
  return kind & digit ? runEnd(bytes, first, end, digit) : spaceEnd(bytes, at, end);
};

/**
 * Scans with the pattern of cl100k, Llama 3 and Qwen 2: words with any one symbol or space before them, numbers in
 * groups of `digits`, line ends with the white space before them. With `wholeEnd`, all white space at the end of the
 * text is one pre-token.
 */
export const scanCl100k =
  (digits: number, wholeEnd = false): Scan =>
  (bytes, at, end) => {
    const byte = bytes[at]!;
    if (byte === apostrophe) {
      const to = contractionEnd(bytes, at, end, true);
      if (to > at) return to;
    }
    const kind = classAt(bytes, at, end);
    if (kind & letter) return runEnd(bytes, at, end, letter);
    if (kind & digit) return digitsEnd(bytes, at, end, digits);
    if (byte !== newline && byte !== carriageReturn) {
      const next = at + utf8Width(byte);
      const follows = classAt(bytes, next, end);
      if (follows & letter) return runEnd(bytes, next, end, letter);
      if (kind & other) return lineEndsEnd(bytes, runEnd(bytes, at, end, other), end);
      if (byte === blank && follows & other) return lineEndsEnd(bytes, runEnd(bytes, next, end, other), end);
    }
    return spaceOrLinesEnd(bytes, at, end, wholeEnd);
  };

const upperLike = upper | caseless | mark;
const lowerLike = lower | caseless | mark;

/**
 * Scans with the pattern of o200k: like cl100k, but words end before an upper case letter and include their
 * contraction.
 */
export const scanO200k: Scan = (bytes, at, end) => {
  const byte = bytes[at]!;
  const kind = classAt(bytes, at, end);
  const next = at + utf8Width(byte);
  if (kind & letter)
    return contractionEnd(bytes, mixedCaseWordEnd(bytes, at, end) || runEnd(bytes, at, end, upperLike), end, true);
  if (kind & digit) return digitsEnd(bytes, at, end, 3);
  if (byte !== newline && byte !== carriageReturn) {
    // A mark either precedes a word or is its first letter.
    const to =
      mixedCaseWordEnd(bytes, next, end) ||
      (kind & mark && mixedCaseWordEnd(bytes, at, end)) ||
      runEnd(bytes, next, end, upperLike);
    if (to > next || kind & mark) return contractionEnd(bytes, to, end, true);
    if (kind & other) return lineEndsEnd(bytes, runEnd(bytes, at, end, other), end, true);
    if (byte === blank && classAt(bytes, next, end) & other) {
      return lineEndsEnd(bytes, runEnd(bytes, next, end, other), end, true);
    }
  }
  return spaceOrLinesEnd(bytes, at, end, false);
};

/**
 * The end of a word that starts at `at`: optional upper case letters and at least one lower case letter; 0 if there is
 * no such word. Caseless letters and marks count as both.
 */
function mixedCaseWordEnd(bytes: Uint8Array, at: number, end: number): number {
  const capitals = runEnd(bytes, at, end, upperLike);
  const small = runEnd(bytes, capitals, end, lowerLike);
  if (small > capitals) return small;
  // No lower case letter follows: the last caseless letter counts as one, and the word ends after it.
  let wordEnd = 0;
  for (let look = at; look < capitals; ) {
    const kind = classAt(bytes, look, end);
    look += utf8Width(bytes[look]!);
    if (kind & lowerLike) wordEnd = look;
  }
  return wordEnd;
}

/** The end of 's, 't, 'm, 'd, 're, 've or 'll at an apostrophe; `at` if there is none. The long s folds to s. */
function contractionEnd(bytes: Uint8Array, at: number, end: number, anyCase: boolean): number {
  if (at + 1 >= end || bytes[at] !== apostrophe) return at;
  const fold = anyCase ? 32 : 0;
  const first = bytes[at + 1]! | fold;
  if (first === 115 || first === 116 || first === 109 || first === 100) return at + 2;
  if (at + 2 >= end) return at;
  if (anyCase && bytes[at + 1] === 0xc5 && bytes[at + 2] === 0xbf) return at + 3;
  const second = bytes[at + 2]! | fold;
  const two = ((first === 114 || first === 118) && second === 101) || (first === 108 && second === 108);
  return two ? at + 3 : at;
}

function digitsEnd(bytes: Uint8Array, at: number, end: number, maxCount: number): number {
  for (let count = 0; count < maxCount && classAt(bytes, at, end) === digit; count++) at += utf8Width(bytes[at]!);
  return at;
}

function lineEndsEnd(bytes: Uint8Array, at: number, end: number, orSlashes = false): number {
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte !== newline && byte !== carriageReturn && !(orSlashes && byte === slash)) break;
  }
  return at;
}

/**
 * The end of white space without its last character, which belongs to the word after it; all white space at the end of
 * the text.
 */
function spaceEnd(bytes: Uint8Array, at: number, end: number): number {
  const to = runEnd(bytes, at, end, space);
  return to === end ? to : beforeLast(bytes, at, to);
}

/**
 * The end of white space up to its last line end; with `wholeEnd`, all white space at the end of the text. Without a
 * line end like {@link spaceEnd}.
 */
function spaceOrLinesEnd(bytes: Uint8Array, at: number, end: number, wholeEnd: boolean): number {
  const to = runEnd(bytes, at, end, space);
  if (wholeEnd && to === end) return to;
  for (let last = to - 1; last >= at; last--)
    if (bytes[last] === newline || bytes[last] === carriageReturn) return last + 1;
  return to === end ? to : beforeLast(bytes, at, to);
}

/** The start of the last character of `[at, to)`; `to` if it is the only one. */
function beforeLast(bytes: Uint8Array, at: number, to: number): number {
  let last = to - 1;
  while ((bytes[last]! & 0xc0) === 0x80) last--;
  return last > at ? last : to;
}

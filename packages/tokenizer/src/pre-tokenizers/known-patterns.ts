import { classAt, digit, letter, other, runEnd, space } from '../character-class.js';
import type { Cut } from './pre-tokenizer.js';

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const cl100k = (digits: string) =>
  `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
const gpt2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
/** The hand-written cut that does what a well-known splitting pattern says; undefined for any other pattern. */
export function cutKnownPattern(source: string): Cut | undefined {
  switch (source) {
    case gpt2:
      return cutGpt2;
    case cl100k('\\p{N}{1,3}'):
      return cutDigitsInThrees;
    case cl100k('\\p{N}'):
      return cutDigitsAlone;
    default:
      return undefined;
  }
}

const apostrophe = 39;
const newline = 10;
const carriageReturn = 13;
const blank = 32;

/** Cuts as the pattern of GPT-2 and r50k does: contractions, words, numbers and signs with a space before them, white space. */
export const cutGpt2: Cut = (text, start, end, cuts) => {
  let at = start;
  while (at < end) {
    const from = at;
    const unit = text.charCodeAt(at);
    if (unit === apostrophe && (at = contractionEnd(text, from, end, false)) > from) {
      cuts.push(from, at);
      continue;
    }
    const first = unit === blank ? from + 1 : from;
    const kind = classAt(text, first, end);
    if (kind !== space && kind !== 0) at = runEnd(text, first, end, kind);
    else at = spaceEnd(text, from, end);
    cuts.push(from, at);
  }
};

/**
 * Cuts as the pattern of cl100k, Llama 3 and Qwen 2 does: any one sign or space before a word, numbers in groups of
 * `digits`, line ends with the white space before them (with `wholeEnd` all white space at the end of the text as one).
 */
export const cutCl100k =
  (digits: number, wholeEnd = false): Cut =>
  (text, start, end, cuts) => {
    let at = start;
    while (at < end) {
      const from = at;
      const unit = text.charCodeAt(at);
      if (unit === apostrophe && (at = contractionEnd(text, from, end, true)) > from) {
        cuts.push(from, at);
        continue;
      }
      const kind = classAt(text, from, end);
      if (kind === letter) at = runEnd(text, from, end, letter);
      else if (kind === digit) at = digitsEnd(text, from, end, digits);
      else {
        const next = from + ((unit & 0xfc00) === 0xd800 ? 2 : 1);
        const isLineEnd = unit === newline || unit === carriageReturn;
        if (!isLineEnd && classAt(text, next, end) === letter) at = runEnd(text, next, end, letter);
        else if (kind === other) at = lineEndsEnd(text, runEnd(text, from, end, other), end);
        else if (unit === blank && classAt(text, next, end) === other) {
          at = lineEndsEnd(text, runEnd(text, next, end, other), end);
        } else at = spaceOrLinesEnd(text, from, end, wholeEnd);
      }
      cuts.push(from, at);
    }
  };

const cutDigitsInThrees: Cut = /*#__PURE__*/ cutCl100k(3);
const cutDigitsAlone: Cut = /*#__PURE__*/ cutCl100k(1);

/** The end of 's, 't, 'm, 'd, 're, 've or 'll at an apostrophe; `at` where there is none. */
function contractionEnd(text: string, at: number, end: number, anyCase: boolean): number {
  const first = at + 1 < end ? lower(text.charCodeAt(at + 1), anyCase) : 0;
  if (first === 115 || first === 116 || first === 109 || first === 100) return at + 2;
  const second = at + 2 < end ? lower(text.charCodeAt(at + 2), anyCase) : 0;
  const two = ((first === 114 || first === 118) && second === 101) || (first === 108 && second === 108);
  return two ? at + 3 : at;
}

/** Folds an ASCII letter to lower case; the long s (U+017F) folds to s. */
const lower = (unit: number, fold: boolean) =>
  fold ? (unit >= 65 && unit <= 90 ? unit + 32 : unit === 0x17f ? 115 : unit) : unit;

function digitsEnd(text: string, at: number, end: number, most: number): number {
  for (let count = 0; count < most && classAt(text, at, end) === digit; count++) {
    at += (text.charCodeAt(at) & 0xfc00) === 0xd800 ? 2 : 1;
  }
  return at;
}

const isLineEndAt = (text: string, at: number) => {
  const unit = text.charCodeAt(at);
  return unit === newline || unit === carriageReturn;
};

function lineEndsEnd(text: string, at: number, end: number): number {
  while (at < end && isLineEndAt(text, at)) at++;
  return at;
}

/** White space up to the last one, which belongs to the word that follows; all of it at the end of the text. */
function spaceEnd(text: string, at: number, end: number): number {
  const to = runEnd(text, at, end, space);
  return to === end || to === at + 1 ? to : to - 1;
}

/** White space up to its last line end (or all of it at the end of the text, with `wholeEnd`); without one as {@link spaceEnd}. */
function spaceOrLinesEnd(text: string, at: number, end: number, wholeEnd: boolean): number {
  const to = runEnd(text, at, end, space);
  if (wholeEnd && to === end) return to;
  for (let last = to; last > at; last--) if (isLineEndAt(text, last - 1)) return last;
  return to === end || to === at + 1 ? to : to - 1;
}

import type { Reader } from '../components.js';
import { notSignRuns } from '../generated/unicode-tables.js';
import { laterAnd, olderEquivalent } from '../later.js';
import type { Matcher } from '../pattern.js';
import { byKind } from './by-kind.js';
import { apart, gap, run } from './kinds.js';
import type { PreTokenizer } from './pre-tokenizer.js';
import { behaviors, cutAtMatches } from './split.js';

const space = /^\p{White_Space}$/u;
/** Punctuation, signs of ASCII, and two that are symbols since Unicode 12 and marks since 9. */
const sign = /[\p{P}$+<=>^`|~\u166d\u{111c9}]/gu;
/** Whether a character is punctuation in the reference, which knows that of Unicode 8. */
const isSign = (char: string) => char.search(sign) === 0 && !isOther(char);
const isOther = (char: string) => laterAnd(notSignRuns).holds(char);
const wordCharacter = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const number = /^\p{N}$/u;
/** Numbers that the reference knows here and not in patterns: those of Unicode 17. */
const newNumber = /^[\u{11de0}-\u{11de9}\u{16ff4}-\u{16ff6}]$/u;
const isNumber = (char: string) => number.test(olderEquivalent(char)) || newNumber.test(char);

/** Cuts at white space and around each punctuation mark. */
export const bert: Reader<PreTokenizer> = () => [byKind(char => (space.test(char) ? gap : isSign(char) ? apart : run))];

/** Cuts into runs of word characters and runs of everything else; white space goes. */
export const whitespace: Reader<PreTokenizer> = () => [
  byKind(char => (wordCharacter.test(olderEquivalent(char)) ? run : space.test(char) ? gap : run + 1)),
];

/** Cuts at white space, which goes. */
export const whitespaceSplit: Reader<PreTokenizer> = () => [byKind(char => (space.test(char) ? gap : run))];

/** Sets numbers apart, each digit by itself where the file says so. */
export const digits: Reader<PreTokenizer> = fields => {
  const kind = fields.boolean('individual_digits', false) ? apart : run + 1;
  return [byKind(char => (isNumber(char) ? kind : run))];
};

/** Cuts at punctuation marks, which are kept, dropped or joined as the file says. */
export const punctuationSplit: Reader<PreTokenizer> = fields => {
  const behavior = fields.choice('behavior', behaviors, 'Isolated');
  if (behavior === 'Isolated') return [byKind(char => (isSign(char) ? apart : run))];
  return [{ cut: cutAtMatches(signs, behavior) }];
};

/** Cuts at a character, which goes. */
export const characterDelimiter: Reader<PreTokenizer> = fields => {
  const delimiter = fields.character('delimiter');
  return [byKind(char => (char === delimiter ? gap : run))];
};

const signs: Matcher = (text, start, end, ranges) => {
  for (const { 0: found, index } of text.slice(start, end).matchAll(sign)) {
    if (!isOther(found)) ranges.push(start + index, start + index + found.length);
  }
};

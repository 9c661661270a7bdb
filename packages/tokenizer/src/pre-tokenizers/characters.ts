import type { Reader } from '../components.js';
import type { Matcher } from '../pattern.js';
import { byKind } from './by-kind.js';
import { apart, gap, run } from './kinds.js';
import type { PreTokenizer } from './pre-tokenizer.js';
import { behaviors, cutAtMatches } from './split.js';

const space = /^\p{White_Space}$/u;
const sign = /^[\p{P}$+<=>^`|~]$/u;
const wordCharacter = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const number = /^\p{N}$/u;

/** Cuts at white space and around each punctuation mark. */
export const bert: Reader<PreTokenizer> = () => [
  byKind(char => (space.test(char) ? gap : sign.test(char) ? apart : run)),
];

/** Cuts into runs of word characters and runs of everything else; white space goes. */
export const whitespace: Reader<PreTokenizer> = () => [
  byKind(char => (wordCharacter.test(char) ? run : space.test(char) ? gap : run + 1)),
];

/** Cuts at white space, which goes. */
export const whitespaceSplit: Reader<PreTokenizer> = () => [byKind(char => (space.test(char) ? gap : run))];

/** Sets numbers apart, each digit by itself where the file says so. */
export const digits: Reader<PreTokenizer> = fields => {
  const kind = fields.boolean('individual_digits', false) ? apart : run + 1;
  return [byKind(char => (number.test(char) ? kind : run))];
};

/** Cuts at punctuation marks, which are kept, dropped or joined as the file says. */
export const punctuationSplit: Reader<PreTokenizer> = fields => {
  const behavior = fields.choice('behavior', behaviors, 'Isolated');
  if (behavior === 'Isolated') return [byKind(char => (sign.test(char) ? apart : run))];
  return [{ cut: cutAtMatches(signs, behavior) }];
};

/** Cuts at a character, which goes. */
export const characterDelimiter: Reader<PreTokenizer> = fields => {
  const delimiter = fields.character('delimiter');
  return [byKind(char => (char === delimiter ? gap : run))];
};

const signs: Matcher = (text, start, end, ranges) => {
  for (const { 0: found, index } of text.slice(start, end).matchAll(/[\p{P}$+<=>^`|~]/gu)) {
    ranges.push(start + index, start + index + found.length);
  }
};

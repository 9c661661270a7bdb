import type { ComponentReader } from '../formats/json/components.js';
import { notPunctuationRuns } from '../text/generated/unicode-tables.js';
import type { Matcher } from '../text/pattern.js';
import { newerCodePoints, olderEquivalent } from '../text/unicode-version.js';
import { byCharacterClass } from './by-character-class.js';
import { contiguous, isolated, removed } from './character-classes.js';
import type { PreTokenizer } from './pre-tokenizer.js';
import { splitAtMatches, splitBehaviors } from './split.js';

const space = /^\p{White_Space}$/u;
/** Punctuation, signs of ASCII, and two that are symbols since Unicode 12 and marks since 9. */
const punctuationMark = /[\p{P}$+<=>^`|~\u166d\u{111c9}]/gu;
/** Whether a character is punctuation in the reference, which knows that of Unicode 8. */
const isPunctuation = (char: string) => char.search(punctuationMark) === 0 && !isNotPunctuation(char);
const isNotPunctuation = (char: string) => newerCodePoints(notPunctuationRuns).hasCharacter(char);
const wordCharacter = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const number = /^\p{N}$/u;
/** Numbers that the reference knows here and not in patterns: those of Unicode 17. */
const newNumber = /^[\u{11de0}-\u{11de9}\u{16ff4}-\u{16ff6}]$/u;
const isNumber = (char: string) => number.test(olderEquivalent(char)) || newNumber.test(char);

/** Cuts at white space and around each punctuation mark. */
export const bert: ComponentReader<PreTokenizer> = () => [
  byCharacterClass(char => (space.test(char) ? removed : isPunctuation(char) ? isolated : contiguous)),
];

/** Cuts into runs of word characters and runs of everything else; white space goes. */
export const whitespace: ComponentReader<PreTokenizer> = () => [
  byCharacterClass(char =>
    wordCharacter.test(olderEquivalent(char)) ? contiguous : space.test(char) ? removed : contiguous + 1,
  ),
];

/** Cuts at white space, which goes. */
export const whitespaceSplit: ComponentReader<PreTokenizer> = () => [
  byCharacterClass(char => (space.test(char) ? removed : contiguous)),
];

/** Sets numbers apart, each digit by itself where the file says so. */
export const digits: ComponentReader<PreTokenizer> = fields => {
  const kind = fields.boolean('individual_digits', false) ? isolated : contiguous + 1;
  return [byCharacterClass(char => (isNumber(char) ? kind : contiguous))];
};

/** Cuts at punctuation marks, which are kept, dropped or joined as the file says. */
export const punctuation: ComponentReader<PreTokenizer> = fields => {
  const behavior = fields.choice('behavior', splitBehaviors, 'Isolated');
  if (behavior === 'Isolated') return [byCharacterClass(char => (isPunctuation(char) ? isolated : contiguous))];
  return [{ split: splitAtMatches(findPunctuation, behavior) }];
};

/** Cuts at a character, which goes. */
export const characterDelimiter: ComponentReader<PreTokenizer> = fields => {
  const delimiter = fields.character('delimiter');
  return [byCharacterClass(char => (char === delimiter ? removed : contiguous))];
};

const findPunctuation: Matcher = (text, start, end, ranges) => {
  for (const { 0: found, index } of text.slice(start, end).matchAll(punctuationMark)) {
    if (!isNotPunctuation(found)) ranges.push(start + index, start + index + found.length);
  }
};

import type { ComponentReader } from '../formats/json/components.js';
import { notPunctuationRuns } from '../text/generated/unicode-tables.js';
import type { Matcher } from '../text/pattern.js';
import { newerCodePoints, olderEquivalent } from '../text/unicode-version.js';
import { byCharacterClass } from './by-character-class.js';
import { contiguous, isolated, removed } from './character-classes.js';
import type { PreTokenizer } from './pre-tokenizer.js';
import { splitAtMatches, splitBehaviors } from './split.js';

const space = /^\p{White_Space}$/u;
/** Punctuation, ASCII symbols, and two characters that are symbols since Unicode 12 and marks since Unicode 9. */
const punctuationMark = /[\p{P}$+<=>^`|~\u166d\u{111c9}]/gu;
/** Whether a character is punctuation in the reference, which uses Unicode 8 here. */
const isPunctuation = (char: string) => char.search(punctuationMark) === 0 && !isNotPunctuation(char);
const isNotPunctuation = (char: string) => newerCodePoints(notPunctuationRuns).hasCharacter(char);
const wordCharacter = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const number = /^\p{N}$/u;
/** Numbers of Unicode 17, which the reference knows here but not in patterns. */
const newNumber = /^[\u{11de0}-\u{11de9}\u{16ff4}-\u{16ff6}]$/u;
const isNumber = (char: string) => number.test(olderEquivalent(char)) || newNumber.test(char);

/** Splits at white space, which is removed, and isolates punctuation. */
export const bert: ComponentReader<PreTokenizer> = () => [
  byCharacterClass(char => (space.test(char) ? removed : isPunctuation(char) ? isolated : contiguous)),
];

/** Splits into runs of word characters and runs of other characters; white space is removed. */
export const whitespace: ComponentReader<PreTokenizer> = () => [
  byCharacterClass(char =>
    wordCharacter.test(olderEquivalent(char)) ? contiguous : space.test(char) ? removed : contiguous + 1,
  ),
];

/** Splits at white space, which is removed. */
export const whitespaceSplit: ComponentReader<PreTokenizer> = () => [
  byCharacterClass(char => (space.test(char) ? removed : contiguous)),
];

/** Separates runs of numbers from other characters, or isolates each digit if the file says so. */
export const digits: ComponentReader<PreTokenizer> = fields => {
  const kind = fields.boolean('individual_digits', false) ? isolated : contiguous + 1;
  return [byCharacterClass(char => (isNumber(char) ? kind : contiguous))];
};

/** Splits at punctuation with the behavior that the file gives. */
export const punctuation: ComponentReader<PreTokenizer> = fields => {
  const behavior = fields.choice('behavior', splitBehaviors, 'Isolated');
  if (behavior === 'Isolated') return [byCharacterClass(char => (isPunctuation(char) ? isolated : contiguous))];
  return [{ split: splitAtMatches(findPunctuation, behavior) }];
};

/** Splits at a character, which is removed. */
export const characterDelimiter: ComponentReader<PreTokenizer> = fields => {
  const delimiter = fields.character('delimiter');
  return [byCharacterClass(char => (char === delimiter ? removed : contiguous))];
};

const findPunctuation: Matcher = (text, start, end, ranges) => {
  for (const { 0: mark, index } of text.slice(start, end).matchAll(punctuationMark)) {
    if (!isNotPunctuation(mark)) ranges.push(start + index, start + index + mark.length);
  }
};

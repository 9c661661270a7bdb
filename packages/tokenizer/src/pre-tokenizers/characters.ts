import { type Component, required } from '../formats/json/components.js';
import { readCharacter } from '../formats/json/fields.js';
import { keepsSpace, splitsAtSpace } from '../streaming/space-rule.js';
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
export const bert: Component<PreTokenizer> = {
  type: 'BertPreTokenizer',
  fromJson: () => [
    byCharacterClass(char => (space.test(char) ? removed : isPunctuation(char) ? isolated : contiguous)),
  ],
  spaceRule: splitsAtSpace,
};

/** Splits into runs of word characters and runs of other characters; white space is removed. */
export const whitespace: Component<PreTokenizer> = {
  type: 'Whitespace',
  fromJson: () => [
    byCharacterClass(char =>
      wordCharacter.test(olderEquivalent(char)) ? contiguous : space.test(char) ? removed : contiguous + 1,
    ),
  ],
  spaceRule: splitsAtSpace,
};

/** Splits at white space, which is removed. */
export const whitespaceSplit: Component<PreTokenizer> = {
  type: 'WhitespaceSplit',
  fromJson: () => [byCharacterClass(char => (space.test(char) ? removed : contiguous))],
  spaceRule: splitsAtSpace,
};

/** Separates runs of numbers from other characters, or isolates each digit if the file says so. */
export const digits: Component<PreTokenizer> = {
  type: 'Digits',
  fields: { individual_digits: false },
  fromJson: fields => {
    const numberClass = fields.boolean('individual_digits') ? isolated : contiguous + 1;
    return [byCharacterClass(char => (isNumber(char) ? numberClass : contiguous))];
  },
  spaceRule: keepsSpace,
};

/** Splits at punctuation with the behavior that the file gives. */
export const punctuation: Component<PreTokenizer> = {
  type: 'Punctuation',
  fields: { behavior: 'Isolated' },
  fromJson: fields => {
    const behavior = fields.choice('behavior', splitBehaviors);
    if (behavior === 'Isolated') return [byCharacterClass(char => (isPunctuation(char) ? isolated : contiguous))];
    return [{ split: splitAtMatches(findPunctuation, behavior) }];
  },
  spaceRule: keepsSpace,
};

/** Splits at a character, which is removed. */
export const characterDelimiter: Component<PreTokenizer> = {
  type: 'CharDelimiterSplit',
  fields: { delimiter: required },
  fromJson: fields => {
    const delimiter = readCharacter(fields, 'delimiter');
    return [byCharacterClass(char => (char === delimiter ? removed : contiguous))];
  },
};

const findPunctuation: Matcher = (text, start, end, ranges) => {
  for (const { 0: mark, index } of text.slice(start, end).matchAll(punctuationMark)) {
    if (!isNotPunctuation(mark)) ranges.push(start + index, start + index + mark.length);
  }
};

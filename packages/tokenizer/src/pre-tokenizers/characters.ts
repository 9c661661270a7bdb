import type { Reader } from '../components.js';
import { literalMatcher, type Matcher } from '../pattern.js';
import type { PreTokenizer } from './pre-tokenizer.js';
import { behaviors, cutAtMatches } from './split.js';

/** Matches single characters of a class, or runs of them. */
const classMatcher =
  (regex: RegExp): Matcher =>
  (text, start, end, ranges) => {
    for (const match of text.slice(start, end).matchAll(regex)) {
      ranges.push(start + match.index, start + match.index + match[0].length);
    }
  };

const spaces = /*#__PURE__*/ classMatcher(/\p{White_Space}+/gu);
const punctuation = /*#__PURE__*/ classMatcher(/[\p{P}$+<=>^`|~]/gu);
const words = /*#__PURE__*/ classMatcher(
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu,
);

/** Cuts at white space and around each punctuation mark. */
export const bert: Reader<PreTokenizer> = () => [
  { cut: cutAtMatches(spaces, 'Removed') },
  { cut: cutAtMatches(punctuation, 'Isolated') },
];

/** Cuts into runs of word characters and runs of everything else; white space goes. */
export const whitespace: Reader<PreTokenizer> = () => [{ cut: cutAtMatches(words, 'Removed', true) }];

/** Cuts at white space, which goes. */
export const whitespaceSplit: Reader<PreTokenizer> = () => [{ cut: cutAtMatches(spaces, 'Removed') }];

/** Sets numbers apart, each digit by itself where the file says so. */
export const digits: Reader<PreTokenizer> = fields => {
  const isEach = fields.boolean('individual_digits', false);
  return [{ cut: cutAtMatches(classMatcher(isEach ? /\p{N}/gu : /\p{N}+/gu), 'Isolated') }];
};

/** Cuts at punctuation marks, which are kept, dropped or joined as the file says. */
export const punctuationSplit: Reader<PreTokenizer> = fields => [
  { cut: cutAtMatches(punctuation, fields.choice('behavior', behaviors, 'Isolated')) },
];

/** Cuts at a character, which goes. */
export const characterDelimiter: Reader<PreTokenizer> = fields => [
  { cut: cutAtMatches(literalMatcher(fields.character('delimiter')), 'Removed') },
];

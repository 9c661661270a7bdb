import { bareWord } from './escapes.js';

/** Any character, line ends too. */
export const anything = '[\\s\\S]';
/** A line end as a whole: of the two of Windows the second is never left. */
export const lineEnd = '(?:\\r\\n|(?!\\r\\n)[\\n-\\r\\u0085\\u2028\\u2029])';
/** Letters that mean another set outside of classes, or are only known there. */
export const bareEscapes: { readonly [letter: string]: string } = { ...bareWord, N: '[^\\n]', O: anything };
const { w: word } = bareWord;
/** Letters that stand for places: borders of words, the beginning and the end of a text. */
export const anchors: { readonly [name: string]: string } = {
  b: `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`,
  B: `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`,
  A: `(?<!${anything})`,
  z: `(?!${anything})`,
  Z: `(?=\\n?(?!${anything}))`,
};
/** The beginning of a line; behind the line end at the very end of a text there is none. */
export const lineStart = `(?:${anchors.A}|(?<=\\n)(?=${anything}))`;

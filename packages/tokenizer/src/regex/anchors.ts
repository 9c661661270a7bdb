import { bareWord } from './escapes.js';

/** Any character, including line ends. */
export const anything = '[\\s\\S]';
/** A line end as a whole: it never matches only the first half of a Windows line end. */
export const lineEnd = '(?:\\r\\n|(?!\\r\\n)[\\n-\\r\\u0085\\u2028\\u2029])';
/** Escapes that mean another set outside of classes, or exist only there. */
export const bareEscapes: { readonly [letter: string]: string } = { ...bareWord, N: '[^\\n]', O: anything };
const { w: word } = bareWord;
/** Escapes that are assertions: word boundaries, start and end of the text. */
export const anchors: { readonly [name: string]: string } = {
  b: `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`,
  B: `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`,
  A: `(?<!${anything})`,
  z: `(?!${anything})`,
  Z: `(?=\\n?(?!${anything}))`,
};
/** The start of a line. After a line end at the very end of the text there is none. */
export const lineStart = `(?:${anchors.A}|(?<=\\n)(?=${anything}))`;

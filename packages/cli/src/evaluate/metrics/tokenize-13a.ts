import { withoutEnd, words } from './words.js';

/** The replacements of the WMT script before it splits words, in this order. */
const unescapes = [
  ['<skipped>', ''],
  ['-\n', ''],
  ['\n', ' '],
  ['&quot;', '"'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
] as const;

/**
 * Patterns that get spaces around them: signs except `'`, `,`, `-` and `.`; full stops and commas outside of numbers; a
 * dash after a digit.
 */
const separators = [
  [/([{-~[-` -&(-+:-@/])/g, ' $1 '],
  [/([^0-9])([.,])/gu, '$1 $2 '],
  [/([.,])([^0-9])/gu, ' $1 $2'],
  [/([0-9])(-)/g, '$1 $2 '],
] as const;

/** Splits a sentence into words and signs like `mteval-v13a`, the script of WMT, and sacreBLEU's tokenizer `13a`. */
export function tokenize13a(sentence: string): string[] {
  let text = withoutEnd(sentence);
  for (const [from, to] of unescapes) text = text.replaceAll(from, to);
  text = ` ${text} `;
  for (const [pattern, spaced] of separators) text = text.replace(pattern, spaced);
  return words(text);
}

import { withoutEnd, words } from './words.js';

/** What WMT's script undoes before it looks at words, in this order. */
const unescapes = [
  ['<skipped>', ''],
  ['-\n', ''],
  ['\n', ' '],
  ['&quot;', '"'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
] as const;

/** What it puts spaces around: signs but `'`, `,`, `-` and `.`; full stops and commas that are not inside a number; a dash after a digit. */
const separators = [
  [/([{-~[-` -&(-+:-@/])/g, ' $1 '],
  [/([^0-9])([.,])/gu, '$1 $2 '],
  [/([.,])([^0-9])/gu, ' $1 $2'],
  [/([0-9])(-)/g, '$1 $2 '],
] as const;

/** Words and signs of a sentence as `mteval-v13a`, the script of WMT, and sacreBLEU's tokenizer `13a` part them. */
export function tokenize13a(sentence: string): string[] {
  let text = withoutEnd(sentence);
  for (const [from, to] of unescapes) text = text.replaceAll(from, to);
  text = ` ${text} `;
  for (const [pattern, apart] of separators) text = text.replace(pattern, apart);
  return words(text);
}

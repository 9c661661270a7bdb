import type { ComponentReader } from '../formats/json/components.js';
import { unitsAt } from '../text/unicode.js';
import type { PreTokenizer, Splitter } from './pre-tokenizer.js';
import { scriptNames } from './script-names.js';

/**
 * Cuts where the script changes. Spaces and what has no script go with what is before them (at the beginning, where
 * nothing is, they go altogether, as in the reference); kana count as Han.
 */
export const unicodeScripts: ComponentReader<PreTokenizer> = () => [{ split: splitAtScripts }];

const splitAtScripts: Splitter = (text, start, end, spans) => {
  let from = end;
  let last = noScript;
  for (let at = start; at < end; at += unitsAt(text, at)) {
    const script = scriptOf(String.fromCodePoint(text.codePointAt(at)!));
    if (script === noScript || script === last) continue;
    if (last !== noScript) spans.push(from, at);
    from = at;
    last = script;
  }
  if (from < end) spans.push(from, end);
};

const noScript = '';

function scriptOf(char: string): string {
  if (char === ' ') return noScript;
  if (char === 'ー') return 'Han';
  tests ??= scriptNames.split(' ').map(name => [name, new RegExp(`\\p{Script=${name}}`, 'u')] as const);
  // Neighbours are mostly of one script: the one found last is asked first.
  if (!recent?.[1].test(char)) recent = tests.find(([, test]) => test.test(char));
  const name = recent?.[0] ?? noScript;
  return name === 'Hiragana' || name === 'Katakana' ? 'Han' : name;
}
let tests: readonly (readonly [name: string, test: RegExp])[] | undefined;
let recent: readonly [name: string, test: RegExp] | undefined;

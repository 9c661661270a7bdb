import type { Component } from '../formats/json/components.js';
import { unitsAt } from '../text/unicode.js';
import type { PreTokenizer, Splitter } from './pre-tokenizer.js';
import { scriptNames } from './script-names.js';

/**
 * Splits where the script changes. Spaces and characters without a script join the text before them; at the start of
 * the text they are removed, as in the reference. Kana count as Han.
 */
export const unicodeScripts: Component<PreTokenizer> = {
  type: 'UnicodeScripts',
  fromJson: () => [{ split: splitAtScripts }],
};

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
  // Neighbours mostly have the same script, so the last one is tested first.
  if (!recent?.[1].test(char)) recent = tests.find(([, test]) => test.test(char));
  const name = recent?.[0] ?? noScript;
  return name === 'Hiragana' || name === 'Katakana' ? 'Han' : name;
}
let tests: readonly (readonly [name: string, test: RegExp])[] | undefined;
let recent: readonly [name: string, test: RegExp] | undefined;

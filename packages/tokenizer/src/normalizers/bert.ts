import type { Component } from '../formats/json/components.js';
import type { Fields } from '../formats/json/fields.js';
import { keepsSpace } from '../streaming/space-rule.js';
import { notAccentRuns } from '../text/generated/unicode-tables.js';
import { normalForm } from '../text/normal-form.js';
import type { NormalizedString } from '../text/normalized-string.js';
import { newerCodePoints } from '../text/unicode-version.js';
import { lowercaseInPlace } from './lowercase.js';
import type { Normalizer } from './normalizer.js';
import { isStarter, toNormalForm } from './unicode.js';

const control = /[^\P{Cc}\t\n\r]|[\ufffd\p{Cf}\p{Co}]/gu;
const oddSpace = /[^\P{White_Space} ]/gu;
/** As in the reference, which leaves out U+2B820 to U+2B91F. */
const ideograph = /*#__PURE__*/ new RegExp(
  '[\\u4e00-\\u9fff\\u3400-\\u4dbf\\u{20000}-\\u{2a6df}\\u{2a700}-\\u{2b81f}\\u{2b920}-\\u{2ceaf}' +
    '\\uf900-\\ufaff\\u{2f800}-\\u{2fa1f}]',
  'gu',
);
/** Nonspacing marks, and two that are spacing marks since Unicode 14 and 16. */
const accent = /[\p{Mn}\u1734\u{1171e}]/gu;
/** Whether a mark is not a mark in the reference, which uses Unicode 8 here. */
const isNotAccent = (char: string) => newerCodePoints(notAccentRuns).hasCharacter(char);
/** Whether a character is no control character in the reference. */
const isNotControl = (char: string) => newerControl.test(char) || newerCodePoints().hasCharacter(char);
const newerControl = /^[\u0890\u0891\u08e2\u{110cd}\u{13430}-\u{13438}]$/u;

const ascii = /^[\t\n\r -~]*$/;

/**
 * BERT's normalizer: removes control characters, replaces white space by spaces, puts spaces around ideographs, strips
 * accents and lowercases.
 */
export const bert: Component<Normalizer> = {
  type: 'BertNormalizer',
  fields: { clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  fromJson: readBert,
  spaceRule: keepsSpace,
};

function readBert(fields: Fields): Normalizer {
  const cleanText = fields.boolean('clean_text');
  const handleChineseChars = fields.boolean('handle_chinese_chars');
  const lower = fields.boolean('lowercase');
  const stripAccents = fields.boolean('strip_accents', lower);
  const normalize = (text: NormalizedString) => {
    if (ascii.test(text.text)) {
      if (cleanText) text.substitute(/[\t\n\r]/gu, ' ');
      if (lower) lowercaseInPlace(text);
      return;
    }
    if (cleanText) {
      text.remove(control, isNotControl);
      text.substitute(oddSpace, ' ');
    }
    if (handleChineseChars) text.substitute(ideograph, ' $& ');
    if (stripAccents) {
      toNormalForm(text, 'NFD');
      text.remove(accent, isNotAccent);
    }
    if (lower) lowercaseInPlace(text);
  };
  // Marks that stay may be reordered.
  const isContextFree = (char: string) =>
    !stripAccents ||
    Array.from(normalForm(char, 'NFD')).every(
      part => (part.search(accent) === 0 && !isNotAccent(part)) || isStarter(part),
    );
  return Object.assign(normalize, { isContextFree });
}

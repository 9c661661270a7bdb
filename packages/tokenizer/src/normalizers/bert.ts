import type { AlignedText } from '../aligned-text.js';
import type { Reader } from '../components.js';
import { lowercased } from './lowercase.js';
import type { Normalizer } from './normalizer.js';
import { isStarter, toForm } from './unicode.js';

const control = /[^\P{Cc}\t\n\r]|[\ufffd\p{Cf}\p{Co}]/gu;
const oddSpace = /[^\P{White_Space} ]/gu;
/** As the reference has them: it leaves out U+2B820 to U+2B91F. */
const ideograph =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;
const accent = /\p{Mn}/gu;

const ascii = /^[\t\n\r -~]*$/;

/** The normalizer of BERT: controls removed, white space plain, ideographs set apart, accents off, lower case. */
export const bert: Reader<Normalizer> = fields => {
  const cleanText = fields.boolean('clean_text', true);
  const apart = fields.boolean('handle_chinese_chars', true);
  const lower = fields.boolean('lowercase', true);
  const stripAccents = fields.boolean('strip_accents', lower);
  const normalize = (text: AlignedText) => {
    if (ascii.test(text.text)) {
      if (cleanText) text.substitute(/[\t\n\r]/gu, ' ');
      if (lower) lowercased(text);
      return;
    }
    if (cleanText) {
      text.remove(control);
      text.substitute(oddSpace, ' ');
    }
    if (apart) text.substitute(ideograph, ' $& ');
    if (stripAccents) {
      toForm(text, 'NFD');
      text.remove(accent);
    }
    if (lower) lowercased(text);
  };
  // Marks that stay may change places with each other.
  const standsAlone = (char: string) =>
    !stripAccents || Array.from(char.normalize('NFD')).every(part => part.search(accent) === 0 || isStarter(part));
  return Object.assign(normalize, { standsAlone });
};

import type { AlignedText } from '../aligned-text.js';
import type { Reader } from '../components.js';
import { lowercased } from './lowercase.js';
import type { Normalizer } from './normalizer.js';
import { isStarter, toForm } from './unicode.js';

const control = /^(?![\t\n\r])[\0\ufffd\p{Cc}\p{Cf}\p{Co}]$/u;
const whiteSpace = /^\p{White_Space}$/u;
const ideograph =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b820}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/u;
const accent = /\p{Mn}/u;

/** The normalizer of BERT: controls removed, white space plain, ideographs set apart, accents off, lower case. */
export const bert: Reader<Normalizer> = fields => {
  const cleanText = fields.boolean('clean_text', true);
  const apart = fields.boolean('handle_chinese_chars', true);
  const lower = fields.boolean('lowercase', true);
  const stripAccents = fields.boolean('strip_accents', lower);
  const normalize = (text: AlignedText) => {
    if (cleanText && !/^[ -~]*$/.test(text.text)) {
      text.filter(char => !control.test(char));
      text.mapCharacters(char => (whiteSpace.test(char) ? ' ' : char));
    }
    if (apart && ideograph.test(text.text)) text.mapCharacters(char => (ideograph.test(char) ? ` ${char} ` : char));
    if (stripAccents) {
      toForm(text, 'NFD');
      if (accent.test(text.text)) text.filter(char => !accent.test(char));
    }
    if (lower) lowercased(text);
  };
  // Marks that stay may change places with each other.
  const standsAlone = (char: string) =>
    !stripAccents || Array.from(char.normalize('NFD')).every(part => accent.test(part) || isStarter(part));
  return Object.assign(normalize, { standsAlone });
};
